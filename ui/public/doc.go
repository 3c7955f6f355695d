// Package public holds the pages that need no account, apart from the check: the start page, the programs, the definitions, the
// order, sign-in, and the support pages. One file per act or page. The check is package ui/check, the card of a program ui/card.
//
// # Links in mails
//
// GET on a mailed link shows what it is for and one button, and spends nothing: programs that scan
// mails open links too. POST does the deed. Forms that send mail answer alike for every address.
package public
