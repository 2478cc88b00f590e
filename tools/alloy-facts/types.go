package main

import (
	"go/ast"
	"reflect"
	"strconv"
	"strings"
)

type Kind int

const (
	KBasic Kind = iota
	KNamed
	KPtr
	KSlice
	KArray
	KMap
	KFunc
	KIface
	KStruct
	KChan
	KOpaque
	KParam
)

type Field struct {
	Name     string
	Type     *Type
	Tag      string
	Tagged   bool
	Embedded bool
}

type Type struct {
	Kind   Kind
	Name   string // basic, named or opaque name
	Pkg    string // named, opaque: import path
	Elem   *Type
	Key    *Type
	Fields []Field
	NMeth  int // interface: number of methods
	decl   *TypeDecl
	p      *Pkg
	args   map[string]*Type
	argstr string
	under  *Type
	ures   bool
	local  map[string]*Type
}

func basic(n string) *Type { return &Type{Kind: KBasic, Name: n} }

var universe = map[string]bool{"bool": true, "string": true, "int": true, "int8": true, "int16": true, "int32": true, "int64": true,
	"uint": true, "uint8": true, "uint16": true, "uint32": true, "uint64": true, "uintptr": true, "float32": true, "float64": true,
	"complex64": true, "complex128": true, "byte": true, "rune": true, "error": true, "any": true, "comparable": true}

type Scope struct {
	File *File
	TP   map[string]*Type
}

func (w *World) Resolve(e ast.Expr, sc Scope) *Type {
	switch e := e.(type) {
	case nil:
		return nil
	case *ast.ParenExpr:
		return w.Resolve(e.X, sc)
	case *ast.Ident:
		if t, ok := sc.TP[e.Name]; ok {
			return t
		}
		if sc.File != nil {
			if d, ok := sc.File.Pkg.Types[e.Name]; ok {
				return w.Named(sc.File.Pkg, d, nil)
			}
			if ip, ok := sc.File.Imports["."]; ok {
				if p := w.Load(ip); p != nil {
					if d, ok := p.Types[e.Name]; ok {
						return w.Named(p, d, nil)
					}
				}
			}
		}
		switch e.Name {
		case "error":
			return &Type{Kind: KIface, Name: "error", NMeth: 1}
		case "any":
			return &Type{Kind: KIface}
		}
		if universe[e.Name] {
			return basic(e.Name)
		}
		return nil
	case *ast.SelectorExpr:
		x, ok := e.X.(*ast.Ident)
		if !ok {
			return nil
		}
		ip := w.importPath(sc.File, x.Name)
		if ip == "" {
			return nil
		}
		p := w.Load(ip)
		if p == nil {
			return &Type{Kind: KOpaque, Name: e.Sel.Name, Pkg: ip}
		}
		d, ok := p.Types[e.Sel.Name]
		if !ok {
			if _, isF := p.Funcs[e.Sel.Name]; isF {
				return nil
			}
			if _, isV := p.Vars[e.Sel.Name]; isV {
				return nil
			}
			if _, isC := p.Consts[e.Sel.Name]; isC {
				return nil
			}
			return &Type{Kind: KOpaque, Name: e.Sel.Name, Pkg: ip}
		}
		return w.Named(p, d, nil)
	case *ast.StarExpr:
		if t := w.Resolve(e.X, sc); t != nil {
			return &Type{Kind: KPtr, Elem: t}
		}
		return nil
	case *ast.ArrayType:
		t := w.Resolve(e.Elt, sc)
		if t == nil {
			return nil
		}
		if e.Len != nil {
			return &Type{Kind: KArray, Elem: t}
		}
		return &Type{Kind: KSlice, Elem: t}
	case *ast.Ellipsis:
		return &Type{Kind: KSlice, Elem: w.Resolve(e.Elt, sc)}
	case *ast.MapType:
		k, v := w.Resolve(e.Key, sc), w.Resolve(e.Value, sc)
		if k == nil || v == nil {
			return nil
		}
		return &Type{Kind: KMap, Key: k, Elem: v}
	case *ast.ChanType:
		return &Type{Kind: KChan}
	case *ast.FuncType:
		return &Type{Kind: KFunc}
	case *ast.InterfaceType:
		return &Type{Kind: KIface, NMeth: len(e.Methods.List)}
	case *ast.StructType:
		t := &Type{Kind: KStruct}
		for _, f := range e.Fields.List {
			tag := ""
			if f.Tag != nil {
				tag, _ = strconv.Unquote(f.Tag.Value)
			}
			v, ok := reflect.StructTag(tag).Lookup("alloy")
			ft := w.Resolve(f.Type, sc)
			if len(f.Names) == 0 {
				n := ""
				x := f.Type
				if s, ok := x.(*ast.StarExpr); ok {
					x = s.X
				}
				if ix, ok := x.(*ast.IndexExpr); ok {
					x = ix.X
				}
				switch x := x.(type) {
				case *ast.Ident:
					n = x.Name
				case *ast.SelectorExpr:
					n = x.Sel.Name
				}
				t.Fields = append(t.Fields, Field{Name: n, Type: ft, Tag: v, Tagged: ok, Embedded: true})
				continue
			}
			for _, nm := range f.Names {
				t.Fields = append(t.Fields, Field{Name: nm.Name, Type: ft, Tag: v, Tagged: ok})
			}
		}
		return t
	case *ast.IndexExpr:
		return w.generic(e.X, []ast.Expr{e.Index}, sc)
	case *ast.IndexListExpr:
		return w.generic(e.X, e.Indices, sc)
	}
	return nil
}

func (w *World) generic(x ast.Expr, idx []ast.Expr, sc Scope) *Type {
	base := w.Resolve(x, sc)
	if base == nil || base.Kind != KNamed {
		return base
	}
	args := []*Type{}
	for _, i := range idx {
		t := w.Resolve(i, sc)
		if t == nil {
			return nil
		}
		args = append(args, t)
	}
	return w.Named(base.p, base.decl, args)
}

func (w *World) Named(p *Pkg, d *TypeDecl, args []*Type) *Type {
	if d.Spec.Assign != 0 && len(args) == 0 {
		key := "alias:" + p.Path + "." + d.Spec.Name.Name
		if t, ok := w.named[key]; ok {
			return t
		}
		w.named[key] = nil
		t := w.Resolve(d.Spec.Type, Scope{File: d.File})
		w.named[key] = t
		return t
	}
	as := ""
	for _, a := range args {
		as += "," + a.String()
	}
	key := p.Path + "." + d.Spec.Name.Name + as
	if t, ok := w.named[key]; ok {
		return t
	}
	t := &Type{Kind: KNamed, Name: d.Spec.Name.Name, Pkg: p.Path, decl: d, p: p, argstr: as}
	if d.Spec.TypeParams != nil {
		t.args = map[string]*Type{}
		i := 0
		for _, f := range d.Spec.TypeParams.List {
			for _, n := range f.Names {
				if i < len(args) {
					t.args[n.Name] = args[i]
				} else {
					t.args[n.Name] = &Type{Kind: KParam, Name: n.Name}
				}
				i++
			}
		}
	}
	w.named[key] = t
	return t
}

// Under gives the underlying type.
func (w *World) Under(t *Type) *Type {
	for i := 0; t != nil && t.Kind == KNamed && i < 20; i++ {
		if !t.ures {
			t.ures = true
			tp := map[string]*Type{}
			for k, v := range t.local {
				tp[k] = v
			}
			for k, v := range t.args {
				tp[k] = v
			}
			t.under = w.Resolve(t.decl.Spec.Type, Scope{File: t.decl.File, TP: tp})
		}
		t = t.under
	}
	return t
}

func (t *Type) String() string {
	if t == nil {
		return "?"
	}
	switch t.Kind {
	case KBasic:
		return t.Name
	case KNamed, KOpaque:
		return t.Pkg + "." + t.Name + t.argstr
	case KPtr:
		return "*" + t.Elem.String()
	case KSlice:
		return "[]" + t.Elem.String()
	case KArray:
		return "[N]" + t.Elem.String()
	case KMap:
		return "map[" + t.Key.String() + "]" + t.Elem.String()
	case KIface:
		if t.NMeth == 0 {
			return "any"
		}
		return "interface"
	case KFunc:
		return "func"
	case KStruct:
		return "struct"
	}
	return "?"
}

// FindMethod looks a method up, through embedded fields too. Only the name counts.
func (w *World) FindMethod(t *Type, name string, depth int) *Method {
	for t != nil && t.Kind == KPtr {
		t = t.Elem
	}
	if t == nil || depth > 4 {
		return nil
	}
	if t.Kind == KNamed {
		if m := t.p.Methods[t.Name][name]; m != nil && t.local == nil {
			return m
		}
	}
	u := w.Under(t)
	if u != nil && u.Kind == KStruct {
		for _, f := range u.Fields {
			if f.Embedded {
				if m := w.FindMethod(f.Type, name, depth+1); m != nil {
					return m
				}
			}
		}
	}
	return nil
}

func (w *World) Has(t *Type, name string) bool { return w.FindMethod(t, name, 0) != nil }

func deref(t *Type) *Type {
	for t != nil && t.Kind == KPtr {
		t = t.Elem
	}
	return t
}

func shortPkg(p string) string { return guessName(p) }

// capsule names as documentation calls them
var capsuleNames = map[string]string{
	syntaxMod + "/alloytypes.Secret":                                   "secret",
	syntaxMod + "/alloytypes.OptionalSecret":                           "optionalsecret",
	"github.com/prometheus/prometheus/storage.Appendable":              "MetricsReceiver",
	rootMod + "/internal/component/otelcol.Consumer":                   "otelcol.Consumer",
	rootMod + "/internal/component/common/loki.LogsReceiver":           "LogsReceiver",
	rootMod + "/internal/loki/promtail/api.LogsReceiver":               "LogsReceiver",
	rootMod + "/internal/component/common/relabel.Rules":               "RelabelRules",
	rootMod + "/internal/component/discovery.Target":                   "target",
	rootMod + "/internal/component/discovery.Targets":                  "targets",
	rootMod + "/internal/component/pyroscope.Appendable":               "ProfilesReceiver",
	rootMod + "/internal/component/otelcol/auth.Handler":               "otelcol.Handler",
	rootMod + "/internal/component/otelcol/extension.ExtensionHandler": "otelcol.ExtensionHandler",
	rootMod + "/internal/component/otelcol/storage.Handler":            "otelcol.StorageHandler",
	"github.com/alecthomas/units.Base2Bytes":                           "bytes",
	"github.com/alecthomas/units.MetricBytes":                          "size",
	"github.com/grafana/dskit/flagext.ByteSize":                        "size",
	"github.com/grafana/loki/v3/pkg/util/flagext.ByteSize":             "size",
	"github.com/c2h5oh/datasize.ByteSize":                              "size",
	"github.com/prometheus/common/model.Duration":                      "duration",
	"time.Duration":    "duration",
	"time.Time":        "string(time.Time)",
	"net/http.Handler": "HTTPHandler",
}

// AlloyType names the Alloy type of a Go type, as syntax/internal/value does.
func (w *World) AlloyType(t *Type) string {
	if t == nil {
		return "opaque"
	}
	t = deref(t)
	full := t.Pkg + "." + t.Name
	if t.Kind == KNamed || t.Kind == KOpaque {
		if n, ok := capsuleNames[full]; ok {
			return n
		}
		if t.Kind == KOpaque {
			return "opaque(" + full + ")"
		}
		if w.Has(t, "AlloyCapsule") {
			return "capsule(" + shortPkg(t.Pkg) + "." + t.Name + ")"
		}
		if w.Has(t, "MarshalText") || w.Has(t, "UnmarshalText") {
			return "string(" + shortPkg(t.Pkg) + "." + t.Name + ")"
		}
	}
	u := w.Under(t)
	if u == nil {
		return "opaque(" + full + ")"
	}
	switch u.Kind {
	case KOpaque, KPtr:
		if u.Kind == KPtr {
			return w.AlloyType(u)
		}
		return "opaque(" + u.Pkg + "." + u.Name + ")"
	case KBasic:
		switch u.Name {
		case "bool", "string":
			return u.Name
		}
		return "number"
	case KSlice, KArray:
		return "list(" + w.AlloyType(u.Elem) + ")"
	case KMap:
		return "map(" + w.AlloyType(u.Elem) + ")"
	case KStruct:
		for _, f := range u.Fields {
			if f.Tagged {
				return "object"
			}
		}
		return "capsule(" + shortPkg(t.Pkg) + "." + t.Name + ")"
	case KIface:
		if u.NMeth == 0 && t.Kind != KNamed {
			return "any"
		}
		if u.NMeth == 0 {
			return "any(" + t.Name + ")"
		}
		return "capsule(" + shortPkg(t.Pkg) + "." + t.Name + ")"
	case KFunc:
		return "function"
	}
	return "capsule(" + shortPkg(t.Pkg) + "." + strings.TrimSpace(t.Name) + ")"
}
