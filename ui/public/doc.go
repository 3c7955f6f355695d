// Package public holds the pages that need no account: the start page, the programs, the check, sign-in, and the
// support pages. One file per act or page.
//
// # The check
//
// A browser's check is a row of broker.Screening, found by the token in the cookie "check": answers, and which
// questions were put. It is over 2 hours after the last answer; every page of it then says that nothing was kept (410).
// Nothing else is stored: each page decides all listed programs anew (visit.go), so a changed rule shows at once.
//
// The order of questions is that of eligibility.NextQuestion. The path of a check is found by replaying it: the
// questions that would be asked for the answers as they are now. An answer that is not on the path and changes no
// result any more is idle: it is kept, shown apart, and counts again when the change is taken back. Skipping and "I'm
// not sure" make a fact unknown; they are never a no.
//
// All sectors are ticked on the first page: the first one in the order of the vocabulary is the fact sector, the
// others are additional_sectors. Numbers are asked in the bands that the published rules cut, or typed exactly.
// Names, addresses and numbers of an organization are never asked here.
//
// # Results
//
// Every listed program stands in exactly one of the groups of catalog.GroupAt. A single open question is answered on
// the results page itself, also one that the check would not ask for the operator's sectors. Only programs that are
// applied for on this site get a tick box; the others lead to their page.
//
// # Links in mails
//
// GET on a mailed link (sign-in, check) shows what it is for and one button, and spends nothing: programs that scan
// mails open links too. POST does the deed. Forms that send mail answer alike for every address.
package public
