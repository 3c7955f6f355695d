// Package check holds the pages of the check: its questions, the answers so far, the results, and the link that brings them back.
// One file per act or page.
//
// # The check
//
// A browser's check is a row of broker.Screening, found by the token in the cookie "check": answers, and which
// questions were put. It is over 2 hours after the last answer; every page of it then says that nothing was kept (410).
// Nothing else is stored: each page decides all listed programs anew, so a changed rule shows at once. All decisions,
// groups, questions and idle answers are those of package screening, which the command screen uses too.
//
// All sectors are ticked on the first page: the first one in the order of the vocabulary is the fact sector, the
// others are additional_sectors. Numbers are asked in the bands that the published rules cut, or typed exactly.
// Names, addresses and numbers of an organization are never asked here.
//
// # Results
//
// A single open question is answered on the results page itself, also one that the check does not ask because it decides
// too little. What can be done about a program is catalog.NextStep in words (ui/card): only what a form of this site takes
// gets a button or a tick box; the others lead to their page.
//
// # Links in mails
//
// GET on a mailed link (sign-in, check) shows what it is for and one button, and spends nothing: programs that scan
// mails open links too. POST does the deed. Forms that send mail answer alike for every address.
package check
