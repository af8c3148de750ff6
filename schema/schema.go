// Package schema publishes the JSON Schemas of Dateline's records. They refer
// to IPTC's ninjs 3.1 schema by its address; a validator that does not fetch
// is to be given that schema (and a GeoJSON one) locally.
package schema

import _ "embed" // the schemas

// Article is the schema of records of wire.articles.
//
//go:embed article.schema.json
var Article []byte

// Enriched is the schema of records of wire.enriched.
//
//go:embed enriched.schema.json
var Enriched []byte
