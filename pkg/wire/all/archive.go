package all

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"path"
	"strings"

	"github.com/dateline-wire/dateline/pkg/wire"
)

// Limits of archives. They are held by counting what comes out, whatever the
// archive says of itself.
const (
	maxMembers = 10_000
	maxMember  = 64 << 20
	maxTotal   = 512 << 20
)

// parseZip reads the members of a zip file as transmissions of their own, in
// order; item numbers run through. Nothing is written anywhere; a member whose
// name leaves the archive is refused, archives in archives are not opened.
func parseZip(ctx context.Context, t *wire.Transmission, yield wire.Yield) error {
	z, err := zip.NewReader(t.Source, t.Size)
	if err != nil {
		return yield(wire.Fault("zip", 0, wire.Undecodable, "zip: %w", err))
	}
	n, total := 0, int64(0)
	fault := func(class wire.Class, reason string, args ...any) error {
		r := wire.Fault("zip", n, class, reason, args...)
		n++
		return yield(r)
	}
	for i, f := range z.File {
		if err := ctx.Err(); err != nil {
			return err
		}
		if i >= maxMembers {
			return fault(wire.Invalid, "zip: more than %d members", maxMembers)
		}
		name := strings.ReplaceAll(f.Name, "\\", "/")
		base := path.Base(name)
		if strings.HasSuffix(name, "/") || strings.HasPrefix(base, ".") && base != ".." || strings.HasPrefix(name, "__MACOSX/") {
			continue
		}
		if path.IsAbs(name) || strings.Contains("/"+name+"/", "/../") || strings.Contains(name, ":") || strings.ContainsRune(name, 0) {
			if err := fault(wire.Invalid, "zip: member %.200q: its name leaves the archive", f.Name); err != nil {
				return err
			}
			continue
		}
		if !f.Mode().IsRegular() {
			if err := fault(wire.Invalid, "zip: member %.200q is no regular file", f.Name); err != nil {
				return err
			}
			continue
		}
		if f.Flags&1 != 0 {
			if err := fault(wire.Undecodable, "zip: member %.200q is encrypted", f.Name); err != nil {
				return err
			}
			continue
		}
		b, err := unzip(f)
		total += int64(len(b))
		switch {
		case err != nil:
			err = fault(wire.Undecodable, "zip: member %.200q: %w", f.Name, err)
		case len(b) > maxMember:
			err = fault(wire.Invalid, "zip: member %.200q is of more than %d bytes", f.Name, maxMember)
		default:
			err = member1(ctx, t, name, b, &n, yield)
		}
		if err != nil {
			return err
		}
		if total > maxTotal {
			return fault(wire.Invalid, "zip: more than %d bytes in all", maxTotal)
		}
	}
	if n == 0 {
		return fault(wire.Undecodable, "zip: no member with copy")
	}
	return nil
}

func unzip(f *zip.File) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(io.LimitReader(r, maxMember+1))
}

// parseGzip reads a gzip file as the transmission that it holds.
func parseGzip(ctx context.Context, t *wire.Transmission, yield wire.Yield) error {
	r, err := gzip.NewReader(t.Reader())
	if err != nil {
		return yield(wire.Fault("gzip", 0, wire.Undecodable, "gzip: %w", err))
	}
	b, err := io.ReadAll(io.LimitReader(r, maxMember+1))
	switch {
	case err != nil:
		return yield(wire.Fault("gzip", 0, wire.Undecodable, "gzip: %w", err))
	case len(b) > maxMember:
		return yield(wire.Fault("gzip", 0, wire.Invalid, "gzip: more than %d bytes", maxMember))
	}
	n := 0
	return member1(ctx, t, strings.TrimSuffix(t.Name, ".gz"), b, &n, yield)
}

// member1 reads what one member holds.
func member1(ctx context.Context, t *wire.Transmission, name string, b []byte, n *int, yield wire.Yield) error {
	if bytes.HasPrefix(b, []byte("PK\x03\x04")) || bytes.HasPrefix(b, []byte("\x1f\x8b")) {
		r := wire.Fault("zip", *n, wire.Undecodable, "member %.200q is an archive itself", name)
		*n++
		return yield(r)
	}
	sub := wire.NewTransmission(t.Feed, name, t.Received, t.SHA256, b)
	sub.Raw, sub.Charset, sub.Location = t.Raw, t.Charset, t.Location
	if t.Format != "zip" && t.Format != "gzip" {
		sub.Format = t.Format
	}
	base := *n
	return Parse(ctx, sub, func(r wire.Result) error {
		*n++
		return yield(wire.Renumber(r, base+r.Item))
	})
}
