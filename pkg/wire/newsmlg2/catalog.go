package newsmlg2

import (
	"strings"

	"github.com/dateline-wire/dateline/pkg/wire/xmltree"
)

// schemes are the aliases of the IPTC standard catalogue that stories use,
// with the URI of their scheme (catalog.IPTC-G2-Standards). Catalogues are
// never fetched: aliases of others resolve when the document itself defines
// them.
var schemes = map[string]string{
	"medtop": "mediatopic", "subj": "subjectcode", "genre": "genre", "ninat": "ninature", "stat": "pubstatusg2", "sig": "signal", "cpnat": "cpnature", "isrol": "isrole",
	"drol": "descriptionrole", "hlrole": "headlinerole", "crol": "contentprodpartyrole", "rnd": "rendition", "irel": "itemrelation", "prodtype": "newsproducttype",
	"a1312cat": "a1312cat", "urgency": "urgency", "scene": "scene", "digsrctype": "digitalsourcetype", "edrole": "ednoterole", "tgtaud": "audience",
}

const newscodes = "http://cv.iptc.org/newscodes/"

// catalog resolves the aliases of QCodes.
type catalog map[string]string

// read takes the schemes that the document defines itself.
func (c catalog) read(n *xmltree.Node) {
	for _, k := range n.All("catalog", "catalogContainer") {
		if k.Name == "catalogContainer" {
			c.read(k)
			continue
		}
		for _, s := range k.All("scheme") {
			if a, u := s.Attr("alias"), s.Attr("uri"); a != "" && u != "" && len(c) < 1000 {
				c[a] = u
			}
		}
	}
}

// uri is the concept URI of a QCode, empty when its alias is not known.
func (c catalog) uri(qcode string) string {
	alias, code, ok := strings.Cut(qcode, ":")
	if !ok || code == "" {
		return ""
	}
	if u := c[alias]; u != "" {
		return u + code
	}
	if s := schemes[alias]; s != "" {
		return newscodes + s + "/" + code
	}
	return ""
}

// codeOf is a QCode or URI without its scheme.
func codeOf(s string) string {
	if i := strings.LastIndexAny(s, ":/#"); i >= 0 {
		return s[i+1:]
	}
	return s
}
