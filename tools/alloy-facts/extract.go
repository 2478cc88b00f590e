package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"time"
)

type Attr struct {
	Type     string           `json:"type"`
	Required bool             `json:"required,omitempty"`
	Default  any              `json:"default,omitempty"`
	Nullable bool             `json:"nullable,omitempty"`
	Approx   bool             `json:"approx,omitempty"`
	Fields   map[string]*Attr `json:"fields,omitempty"`
}

type Block struct {
	Required   bool              `json:"required,omitempty"`
	Repeated   bool              `json:"repeated,omitempty"`
	Enum       string            `json:"enum,omitempty"`
	Label      bool              `json:"label,omitempty"`
	ByDefault  bool              `json:"set_by_default,omitempty"`
	Free       string            `json:"free_form,omitempty"`
	Recursive  string            `json:"recursive,omitempty"`
	Attributes map[string]*Attr  `json:"attributes,omitempty"`
	Blocks     map[string]*Block `json:"blocks,omitempty"`
}

type Comp struct {
	Stability  string            `json:"stability"`
	Community  bool              `json:"community,omitempty"`
	Label      *string           `json:"label,omitempty"`
	Attributes map[string]*Attr  `json:"attributes,omitempty"`
	Blocks     map[string]*Block `json:"blocks,omitempty"`
	Exports    map[string]*Attr  `json:"exports,omitempty"`
	Validate   []string          `json:"validate,omitempty"`
	Note       string            `json:"note,omitempty"`
}

type frame struct {
	key  string
	path string
}

type extractor struct {
	w        *World
	validate map[string]bool
	unkn     map[string]int
	nUnk     int
	nApprox  int
	nDef     int
	opaque   map[string]int
	approxAt []string
}

func fmtDur(n int64) string {
	d := time.Duration(n)
	if d == 0 {
		return "0s"
	}
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = s[:len(s)-2]
	}
	if strings.HasSuffix(s, "h0m") {
		s = s[:len(s)-2]
	}
	return s
}

func fmtBytes(n int64) string {
	if n == 0 {
		return "0B"
	}
	for _, u := range []struct {
		n string
		v int64
	}{{"TiB", 1 << 40}, {"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}} {
		if n%u.v == 0 {
			return strconv.FormatInt(n/u.v, 10) + u.n
		}
	}
	return strconv.FormatInt(n, 10) + "B"
}

type unknownDefault struct {
	Unresolved string `json:"unresolved"`
}

// format turns a value into JSON. zero: the Go zero value (no default).
func (x *extractor) format(v *Val, t *Type, ptr bool, depth int) (out any, zero, bad bool) {
	if v == nil || depth > 8 {
		return nil, true, false
	}
	for t != nil && t.Kind == KPtr {
		t = t.Elem
	}
	if v.K == VPtr {
		o, z, b := x.format(v.P, t, true, depth+1)
		if z {
			return o, o == nil, b
		}
		return o, z, b
	}
	at := x.w.AlloyType(t)
	switch v.K {
	case VNil:
		return nil, true, false
	case VUnknown:
		return unknownDefault{v.Why}, false, true
	case VFunc:
		return unknownDefault{"function"}, false, true
	case VConst:
		switch v.C.Kind() {
		case constant.String:
			s := constant.StringVal(v.C)
			return s, s == "", false
		case constant.Bool:
			b := constant.BoolVal(v.C)
			return b, !b, false
		case constant.Int, constant.Float:
			ci := constant.ToInt(v.C)
			if ci.Kind() == constant.Int {
				if n, ok := constant.Int64Val(ci); ok {
					switch at {
					case "duration":
						return fmtDur(n), n == 0, false
					case "bytes", "size":
						return fmtBytes(n), n == 0, false
					}
					if strings.HasPrefix(at, "string") {
						// a number type that prints itself as text
						for _, mn := range []string{"String", "MarshalText"} {
							if m := x.w.FindMethod(t, mn, 0); m != nil {
								c := clone(v)
								c.T = t
								r := x.w.apply(x.w.bind(m, c).Fn, nil, x.w.newEnv(m.File), false)
								if r.K == VTuple && len(r.L) > 0 {
									r = r.L[0]
								}
								if s, ok := str(r); ok {
									return s, s == "", false
								}
							}
						}
						return unknownDefault{"text form of " + v.C.ExactString()}, n == 0, n != 0
					}
					return n, n == 0, false
				}
				return json.Number(ci.ExactString()), false, false
			}
			f, _ := constant.Float64Val(v.C)
			if math.IsInf(f, 0) {
				return v.C.String(), false, false
			}
			return f, f == 0, false
		}
		return v.C.String(), false, false
	case VList:
		if len(v.L) == 0 {
			return []any{}, true, false
		}
		u := x.w.Under(t)
		var et *Type
		if u != nil && (u.Kind == KSlice || u.Kind == KArray) {
			et = u.Elem
		}
		var l []any
		for _, e := range v.L {
			o, _, b := x.format(e, et, false, depth+1)
			if b {
				return o, false, true
			}
			l = append(l, o)
		}
		return l, false, false
	case VMap:
		if len(v.L) == 0 {
			return map[string]any{}, true, false
		}
		u := x.w.Under(t)
		var et *Type
		if u != nil && u.Kind == KMap {
			et = u.Elem
		}
		m := map[string]any{}
		for i, e := range v.L {
			o, _, b := x.format(e, et, false, depth+1)
			if b {
				return o, false, true
			}
			k, ok := str(v.MK[i])
			if !ok {
				k = "?"
				if v.MK[i].K == VConst {
					k = v.MK[i].C.ExactString()
				}
			}
			m[k] = o
		}
		return m, false, false
	case VStruct:
		if at == "object" {
			m := map[string]any{}
			u := x.w.Under(t)
			for _, f := range u.Fields {
				if !f.Tagged {
					continue
				}
				n, flags, _ := strings.Cut(f.Tag, ",")
				if !strings.HasPrefix(flags, "attr") && !strings.HasPrefix(flags, "block") {
					continue
				}
				o, z, b := x.format(x.w.field(v, f.Name), f.Type, false, depth+1)
				if b {
					return o, false, true
				}
				if !z {
					m[n] = o
				}
			}
			return m, len(m) == 0, false
		}
		// text types over a struct: ask its own method, else the only string inside is its text
		for _, mn := range []string{"MarshalText", "String"} {
			m := x.w.FindMethod(t, mn, 0)
			if m == nil || t.Kind != KNamed || x.w.Under(t).Kind != KStruct {
				continue
			}
			if f := x.w.bindEmbedded(t, clone(v), mn, 0); f != nil {
				r := x.w.apply(f.Fn, nil, x.w.newEnv(m.File), false)
				if r.K == VTuple && len(r.L) > 0 {
					r = r.L[0]
				}
				if s, ok := str(r); ok && s != "" {
					return s, false, false
				}
			}
		}
		var found []any
		var walk func(v *Val, d int)
		unkn := false
		walk = func(v *Val, d int) {
			if v == nil || d > 4 {
				return
			}
			switch v.K {
			case VPtr:
				walk(v.P, d+1)
			case VStruct:
				for _, f := range v.S {
					walk(f, d+1)
				}
			case VConst:
				if s, ok := str(v); ok && s != "" {
					found = append(found, s)
				}
			case VUnknown:
				unkn = true
			}
		}
		walk(v, 0)
		if len(found) == 1 {
			return found[0], false, false
		}
		if len(found) == 0 && !unkn {
			return nil, true, false
		}
		if len(found) == 2 && found[0] == found[1] {
			return found[0], false, false
		}
		return unknownDefault{"value of " + at}, false, true
	}
	return unknownDefault{"value"}, false, true
}

func hasApprox(v *Val, d int) bool {
	if v == nil || d > 4 {
		return false
	}
	if v.Approx {
		return true
	}
	if v.K == VPtr {
		return hasApprox(v.P, d+1)
	}
	for _, e := range v.L {
		if hasApprox(e, d+1) {
			return true
		}
	}
	return false
}

// setDefaults runs SetToDefault (or the head of UnmarshalAlloy) on the value.
func (x *extractor) setDefaults(v *Val, t *Type) {
	t = deref(t)
	if t == nil || t.Kind != KNamed {
		return
	}
	if m := x.w.FindMethod(t, "UnmarshalAlloy", 0); m != nil {
		recv := &Val{K: VPtr, P: v, T: &Type{Kind: KPtr, Elem: t}}
		f := x.w.bind(m, recv)
		var pname string
		if len(m.Decl.Type.Params.List) == 1 && len(m.Decl.Type.Params.List[0].Names) == 1 {
			pname = m.Decl.Type.Params.List[0].Names[0].Name
		}
		var body []ast.Stmt
		for _, s := range m.Decl.Body.List {
			calls := false
			ast.Inspect(s, func(n ast.Node) bool {
				if c, ok := n.(*ast.CallExpr); ok {
					if id, ok := c.Fun.(*ast.Ident); ok && id.Name == pname {
						calls = true
					}
				}
				return true
			})
			if calls {
				break
			}
			body = append(body, s)
		}
		f.Fn.Body = &ast.BlockStmt{List: body}
		x.w.apply(f.Fn, []*Val{unk("f")}, x.w.newEnv(m.File), false)
		return
	}
	if m := x.w.FindMethod(t, "SetToDefault", 0); m != nil {
		recv := &Val{K: VPtr, P: v, T: &Type{Kind: KPtr, Elem: t}}
		f := x.w.bind(m, recv)
		x.w.apply(f.Fn, nil, x.w.newEnv(m.File), false)
	}
}

type flatField struct {
	Field
	name  string
	flags string
	val   *Val
}

// fields lists the tagged fields of a struct with squashed ones in their place.
func (x *extractor) fields(t *Type, v *Val, stack []frame) []flatField {
	u := x.w.Under(deref(t))
	if u == nil || u.Kind != KStruct {
		return nil
	}
	var out []flatField
	for _, f := range u.Fields {
		if !f.Tagged {
			continue
		}
		n, fl, _ := strings.Cut(f.Tag, ",")
		fv := x.w.field(v, f.Name)
		if fl == "squash" {
			for fv.K == VPtr {
				fv = fv.P
			}
			if fv.K == VNil {
				fv = x.w.Zero(deref(f.Type))
			}
			out = append(out, x.fields(f.Type, fv, stack)...)
			if deref(f.Type) != nil && x.w.Under(deref(f.Type)) == nil || (x.w.Under(deref(f.Type)) != nil && x.w.Under(deref(f.Type)).Kind == KOpaque) {
				x.opaque["squash "+f.Type.String()]++
			}
			continue
		}
		out = append(out, flatField{Field: f, name: n, flags: fl, val: fv})
	}
	return out
}

func elemOf(w *World, t *Type) (*Type, bool) {
	t = deref(t)
	u := w.Under(t)
	if u != nil && (u.Kind == KSlice || u.Kind == KArray) && !(t.Kind == KNamed && w.Has(t, "AlloyCapsule")) {
		return deref(u.Elem), true
	}
	return t, false
}

func (x *extractor) hasValidate(t *Type) bool {
	t = deref(t)
	for i := 0; i < 4 && t != nil; i++ {
		if x.w.Has(t, "Validate") {
			return true
		}
		u := x.w.Under(t)
		if u == nil || (u.Kind != KSlice && u.Kind != KArray && u.Kind != KMap) {
			return false
		}
		t = deref(u.Elem)
	}
	return false
}

func (x *extractor) attr(f flatField, path string, stack []frame, block bool) *Attr {
	a := &Attr{Type: x.w.AlloyType(f.Type), Required: f.flags == "attr" || f.flags == "block"}
	if strings.Contains(a.Type, "opaque") {
		x.opaque[a.Type]++
	}
	if x.hasValidate(f.Type) {
		x.validate[path] = true
	}
	if f.Type != nil && f.Type.Kind == KPtr && !a.Required && (f.val == nil || f.val.K == VNil) {
		a.Nullable = true // not set is another thing than the zero value
	}
	if f.val != nil {
		o, zero, bad := x.format(f.val, f.Type, false, 0)
		if !zero {
			a.Default = o
			x.nDef++
			if bad {
				x.nUnk++
				x.unkn[fmt.Sprint(o)]++
			}
			if hasApprox(f.val, 0) {
				a.Approx = true
				x.nApprox++
				x.approxAt = append(x.approxAt, path)
			}
		}
	}
	// object attributes: their fields
	t := deref(f.Type)
	for i := 0; i < 3 && t != nil; i++ {
		u := x.w.Under(t)
		if u == nil || x.w.AlloyType(t) == "" {
			break
		}
		if u.Kind == KSlice || u.Kind == KMap || u.Kind == KArray {
			if t.Kind == KNamed && x.w.Has(t, "AlloyCapsule") {
				break
			}
			t = deref(u.Elem)
			continue
		}
		break
	}
	if t != nil && x.w.AlloyType(t) == "object" {
		for _, s := range stack {
			if s.key == t.String() {
				return a
			}
		}
		v := x.w.Zero(t)
		x.setDefaults(v, t)
		a.Fields = map[string]*Attr{}
		st := append(append([]frame{}, stack...), frame{t.String(), path})
		for _, g := range x.fields(t, v, st) {
			if strings.HasPrefix(g.flags, "attr") || strings.HasPrefix(g.flags, "block") {
				a.Fields[g.name] = x.attr(g, path+"."+g.name, st, false)
			}
		}
	}
	return a
}

func join(a, b string) string {
	if a == "" {
		return b
	}
	return a + "/" + b
}

// body expands a struct into attributes and blocks. v: its value with the
// defaults of everything above applied; SetToDefault of t is applied here.
func (x *extractor) body(t *Type, v *Val, path string, stack []frame) (map[string]*Attr, map[string]*Block, bool) {
	t = deref(t)
	if v == nil {
		v = x.w.Zero(t)
	}
	x.setDefaults(v, t)
	if x.w.Has(t, "Validate") {
		p := path
		if p == "" {
			p = "(arguments)"
		}
		x.validate[p] = true
	}
	stack = append(append([]frame{}, stack...), frame{t.String(), path})
	attrs, blocks, label := map[string]*Attr{}, map[string]*Block{}, false
	for _, f := range x.fields(t, v, stack) {
		switch f.flags {
		case "label":
			label = true
		case "attr", "attr,optional":
			attrs[f.name] = x.attr(f, join(path, f.name), stack, false)
		case "block", "block,optional":
			blocks[f.name] = x.block(f, join(path, f.name), stack, "")
		case "enum", "enum,optional":
			et, _ := elemOf(x.w, f.Type)
			if p, ok := onStack(stack, "enum:"+et.String()); ok {
				blocks[f.name+".*"] = &Block{Repeated: true, Enum: f.name, Recursive: p}
				continue
			}
			st := append(append([]frame{}, stack...), frame{"enum:" + et.String(), orRoot(path)})
			for _, g := range x.fields(et, x.w.Zero(et), st) {
				g.flags = "block,optional"
				n := f.name + "." + g.name
				b := x.block(g, join(path, n), st, f.name)
				b.Repeated = true
				blocks[n] = b
			}
		}
	}
	return attrs, blocks, label
}

func orRoot(p string) string {
	if p == "" {
		return "(arguments)"
	}
	return p
}

func onStack(stack []frame, key string) (string, bool) {
	for _, s := range stack {
		if s.key == key {
			return orRoot(s.path), true
		}
	}
	return "", false
}

func (x *extractor) block(f flatField, path string, stack []frame, enum string) *Block {
	b := &Block{Required: f.flags == "block", Enum: enum}
	t, many := elemOf(x.w, f.Type)
	b.Repeated = many
	if t == nil {
		b.Free = "opaque"
		return b
	}
	if p, ok := onStack(stack, t.String()); ok {
		b.Recursive = p
		return b
	}
	u := x.w.Under(t)
	if u == nil || u.Kind == KOpaque {
		b.Free = "opaque(" + t.String() + ")"
		x.opaque["block "+t.String()]++
		return b
	}
	if u.Kind == KMap {
		b.Free = "map(" + x.w.AlloyType(u.Elem) + ")"
		return b
	}
	if u.Kind == KIface {
		b.Free = "any"
		return b
	}
	v := f.val
	if v != nil && v.K == VPtr && !many {
		b.ByDefault = true
	}
	if v != nil && v.K == VList && many && len(v.L) > 0 {
		b.ByDefault = true
	}
	for v != nil && v.K == VPtr {
		v = v.P
	}
	if v == nil || many || v.K != VStruct {
		if v != nil && v.K == VUnknown && !many {
			n := x.w.Zero(t)
			if n.K == VStruct && x.w.Under(deref(f.Type)) != nil && f.Type.Kind != KPtr {
				n.Part = true
			}
			v = n
		} else {
			v = x.w.Zero(t)
		}
	} else {
		v = clone(v)
	}
	b.Attributes, b.Blocks, b.Label = x.body(t, v, path, stack)
	return b
}

func (x *extractor) exports(t *Type) map[string]*Attr {
	out := map[string]*Attr{}
	for _, f := range x.fields(t, x.w.Zero(deref(t)), nil) {
		f.val = nil
		if f.flags == "label" {
			continue
		}
		a := x.attr(f, "exports/"+f.name, nil, false)
		a.Required = false
		out[f.name] = a
	}
	return out
}

func stability(e ast.Expr) string {
	s := exprText(e)
	switch {
	case strings.HasSuffix(s, "StabilityGenerallyAvailable"), strings.HasSuffix(s, "StabilityStable"):
		return "general-availability"
	case strings.HasSuffix(s, "StabilityPublicPreview"), strings.HasSuffix(s, "StabilityBeta"):
		return "public-preview"
	case strings.HasSuffix(s, "StabilityExperimental"):
		return "experimental"
	}
	return s
}

func (x *extractor) build(t *Type, exp *Type) *Comp {
	x.validate = map[string]bool{}
	c := &Comp{}
	if t != nil {
		c.Attributes, c.Blocks, _ = x.body(t, nil, "", nil)
	} else {
		c.Note = "arguments type not resolved"
	}
	for p := range x.validate {
		c.Validate = append(c.Validate, p)
	}
	sort.Strings(c.Validate)
	if exp != nil {
		c.Exports = x.exports(exp)
		if len(c.Exports) == 0 && x.w.Under(exp) != nil && x.w.Under(exp).Kind != KStruct {
			c.Exports = map[string]*Attr{"(value)": {Type: x.w.AlloyType(exp)}}
		}
	}
	return c
}

func litType(w *World, e ast.Expr, f *File) *Type {
	switch y := e.(type) {
	case *ast.CompositeLit:
		return w.Resolve(y.Type, Scope{File: f})
	case *ast.UnaryExpr:
		return litType(w, y.X, f)
	case *ast.CallExpr:
		if id, ok := y.Fun.(*ast.Ident); ok && id.Name == "new" {
			return w.Resolve(y.Args[0], Scope{File: f})
		}
		if p, ok := y.Fun.(*ast.ParenExpr); ok {
			return deref(w.Resolve(p.X, Scope{File: f}))
		}
	}
	return nil
}

func (x *extractor) components() map[string]*Comp {
	out := map[string]*Comp{}
	all := x.w.Load(rootMod + "/internal/component/all")
	seen := map[string]bool{}
	var order []string
	if all != nil {
		for _, f := range all.Files {
			for _, ip := range f.AST.Imports {
				p := strings.Trim(ip.Path.Value, `"`)
				if strings.HasPrefix(p, rootMod) && !seen[p] {
					seen[p] = true
					order = append(order, p)
				}
			}
		}
	}
	for _, ip := range order {
		p := x.w.Load(ip)
		if p == nil {
			continue
		}
		for _, f := range p.Files {
			ast.Inspect(f.AST, func(n ast.Node) bool {
				cl, ok := n.(*ast.CompositeLit)
				if !ok {
					return true
				}
				if s := exprText(cl.Type); s != "component.Registration" {
					return true
				}
				var name string
				c := &Comp{}
				var args, exp *Type
				comm := false
				stab := ""
				for _, el := range cl.Elts {
					kv, ok := el.(*ast.KeyValueExpr)
					if !ok {
						continue
					}
					switch exprText(kv.Key) {
					case "Name":
						if v, ok := str(x.w.Eval(kv.Value, x.w.newEnv(f), nil)); ok {
							name = v
						}
					case "Stability":
						stab = stability(kv.Value)
					case "Community":
						comm = exprText(kv.Value) == "true"
					case "Args":
						args = litType(x.w, kv.Value, f)
					case "Exports":
						exp = litType(x.w, kv.Value, f)
					}
				}
				if name == "" {
					fmt.Fprintln(os.Stderr, "registration without a name in", ip)
					return true
				}
				c = x.build(args, exp)
				c.Stability, c.Community = stab, comm
				if comm && stab == "" {
					c.Stability = "community"
				}
				out[name] = c
				return true
			})
		}
	}
	return out
}

// firstType finds the first of the named types in the first package there is.
func (x *extractor) firstType(dirs []string, names []string) (*Type, *Pkg) {
	for _, d := range dirs {
		if st, err := os.Stat(filepath.Join(x.w.Root, d)); err != nil || !st.IsDir() {
			continue
		}
		p := x.w.Load(rootMod + "/" + d)
		if p == nil {
			continue
		}
		for _, n := range names {
			if td, ok := p.Types[n]; ok {
				return x.w.Named(p, td, nil), p
			}
		}
	}
	return nil, nil
}

func sp(s string) *string { return &s }

func (x *extractor) configBlocks() map[string]*Comp {
	out := map[string]*Comp{}
	unstable := map[string]string{}
	ctrl := []string{"internal/runtime/internal/controller", "internal/alloy/internal/controller"}
	for _, d := range ctrl {
		if _, err := os.Stat(filepath.Join(x.w.Root, d)); err != nil {
			continue
		}
		p := x.w.Load(rootMod + "/" + d)
		if p == nil {
			continue
		}
		if v, ok := p.Vars["configBlocksUnstable"]; ok {
			if cl, ok := v.Expr.(*ast.CompositeLit); ok {
				for _, el := range cl.Elts {
					kv := el.(*ast.KeyValueExpr)
					k, _ := str(x.w.Eval(kv.Key, x.w.newEnv(v.File), nil))
					s := stability(kv.Value)
					if !strings.Contains(s, "-") && s != "experimental" {
						// a constant of another package that names the stability
						if se, ok := kv.Value.(*ast.SelectorExpr); ok {
							if id, ok := se.X.(*ast.Ident); ok {
								if q := x.w.Load(x.w.importPath(v.File, id.Name)); q != nil {
									if c := q.Consts[se.Sel.Name]; c != nil {
										s = stability(c.Expr)
									}
								}
							}
						}
					}
					unstable[k] = s
				}
			}
		}
	}
	nc := func(s string) []string { return append([]string{"internal/nodeconf/" + s}, ctrl...) }
	imp := []string{"internal/nodeconf/importsource", "internal/runtime/internal/importsource", "internal/alloy/internal/importsource"}
	for _, b := range []struct {
		name, label string
		dirs        []string
		types       []string
	}{
		{"logging", "none", []string{"internal/runtime/logging", "internal/alloy/logging"}, []string{"Options"}},
		{"tracing", "none", []string{"internal/runtime/tracing", "internal/alloy/tracing"}, []string{"Options"}},
		{"argument", "required", nc("argument"), []string{"argumentBlock", "Arguments"}},
		{"export", "required", nc("export"), []string{"exportBlock", "Arguments"}},
		{"foreach", "required", nc("foreach"), []string{"ForEachArguments", "ForeachArguments", "forEachArguments", "foreachArguments", "Arguments"}},
		{"import.file", "required", imp, []string{"FileArguments", "importFileConfigBlock"}},
		{"import.git", "required", imp, []string{"GitArguments", "importGitConfigBlock"}},
		{"import.http", "required", imp, []string{"HTTPArguments", "importHTTPConfigBlock"}},
		{"import.string", "required", imp, []string{"importStringConfigBlock", "StringArguments"}},
	} {
		t, _ := x.firstType(b.dirs, b.types)
		if t == nil {
			continue
		}
		c := x.build(t, nil)
		c.Stability = "general-availability"
		if s, ok := unstable[b.name]; ok {
			c.Stability = s
		}
		c.Label = sp(b.label)
		if b.name == "foreach" {
			c.Blocks["template"] = &Block{Required: true, Free: "body"}
		}
		out[b.name] = c
	}
	out["declare"] = &Comp{Stability: "general-availability", Label: sp("required"), Note: "free body; its inputs are the argument blocks inside"}
	ents, _ := os.ReadDir(filepath.Join(x.w.Root, "internal/service"))
	for _, e := range ents {
		if !e.IsDir() {
			continue
		}
		p := x.w.Load(rootMod + "/internal/service/" + e.Name())
		if p == nil {
			continue
		}
		for _, f := range p.Files {
			ast.Inspect(f.AST, func(n ast.Node) bool {
				cl, ok := n.(*ast.CompositeLit)
				if !ok || exprText(cl.Type) != "service.Definition" {
					return true
				}
				var name, stab string
				var t *Type
				for _, el := range cl.Elts {
					kv, ok := el.(*ast.KeyValueExpr)
					if !ok {
						continue
					}
					switch exprText(kv.Key) {
					case "Name":
						name, _ = str(x.w.Eval(kv.Value, x.w.newEnv(f), nil))
					case "ConfigType":
						t = litType(x.w, kv.Value, f)
					case "Stability":
						stab = stability(kv.Value)
					}
				}
				if name == "" || t == nil {
					return true
				}
				if _, dup := out[name]; dup {
					return true
				}
				c := x.build(t, nil)
				c.Stability, c.Label = stab, sp("none")
				out[name] = c
				return true
			})
		}
	}
	return out
}

type fn struct {
	Stability  string `json:"stability"`
	Deprecated bool   `json:"deprecated,omitempty"`
	Constant   bool   `json:"constant,omitempty"`
}

func (x *extractor) stdlib() map[string]*fn {
	out := map[string]*fn{}
	p := x.w.Load(syntaxMod + "/internal/stdlib")
	if p == nil {
		return out
	}
	keys := func(v *VarDecl) (ks []string, vs []ast.Expr) {
		if v == nil {
			return
		}
		cl, ok := v.Expr.(*ast.CompositeLit)
		if !ok {
			return
		}
		for _, el := range cl.Elts {
			kv := el.(*ast.KeyValueExpr)
			if k, ok := str(x.w.Eval(kv.Key, x.w.newEnv(v.File), nil)); ok {
				ks = append(ks, k)
				vs = append(vs, kv.Value)
			}
		}
		return
	}
	var add func(prefix string, v *VarDecl, depth int)
	add = func(prefix string, v *VarDecl, depth int) {
		ks, vs := keys(v)
		for i, k := range ks {
			if id, ok := vs[i].(*ast.Ident); ok && depth < 3 {
				if d := p.Vars[id.Name]; d != nil {
					if cl, ok := d.Expr.(*ast.CompositeLit); ok {
						if _, isMap := cl.Type.(*ast.MapType); isMap {
							add(prefix+k+".", d, depth+1)
							continue
						}
					}
				}
			}
			out[prefix+k] = &fn{Stability: "general-availability", Constant: prefix == "constants."}
		}
	}
	add("", p.Vars["Identifiers"], 0)
	dk, _ := keys(p.Vars["DeprecatedIdentifiers"])
	for _, k := range dk {
		out[k] = &fn{Stability: "general-availability", Deprecated: true}
	}
	ek, _ := keys(p.Vars["ExperimentalIdentifiers"])
	for _, k := range ek {
		if out[k] == nil {
			out[k] = &fn{}
		}
		out[k].Stability = "experimental"
	}
	return out
}

func line(v any) string {
	var sb strings.Builder
	e := json.NewEncoder(&sb)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err)
	}
	return strings.TrimSpace(sb.String())
}

func section[T any](sb *strings.Builder, name string, m map[string]T, last bool) {
	var ks []string
	for k := range m {
		ks = append(ks, k)
	}
	sort.Strings(ks)
	fmt.Fprintf(sb, "%q:{\n", name)
	for i, k := range ks {
		c := ","
		if i == len(ks)-1 {
			c = ""
		}
		fmt.Fprintf(sb, "%q:%s%s\n", k, line(m[k]), c)
	}
	if last {
		sb.WriteString("}\n")
	} else {
		sb.WriteString("},\n")
	}
}

var _ = token.NoPos

func main() {
	root := flag.String("root", "", "source tree of one version")
	ver := flag.String("version", "", "its name")
	commit := flag.String("commit", "", "its commit")
	mod := flag.String("mod", "", "module cache")
	fetch := flag.Bool("fetch", false, "download the modules that defaults come from into the module cache")
	gor := flag.String("goroot", runtimeGoroot(), "GOROOT")
	out := flag.String("out", "", "file to write")
	rep := flag.String("report", "", "file for what was not resolved")
	flag.Parse()
	w := NewWorld(*root, *mod, *gor)
	w.Fetch = *fetch
	x := &extractor{w: w, validate: map[string]bool{}, unkn: map[string]int{}, opaque: map[string]int{}}
	comps := x.components()
	cfg := x.configBlocks()
	std := x.stdlib()
	na, nb := 0, 0
	var cb func(b *Block)
	cb = func(b *Block) {
		nb++
		na += len(b.Attributes)
		for _, c := range b.Blocks {
			cb(c)
		}
	}
	for _, c := range comps {
		na += len(c.Attributes)
		for _, b := range c.Blocks {
			cb(b)
		}
	}
	var sb strings.Builder
	sb.WriteString("{\n")
	fmt.Fprintf(&sb, "\"version\":%q,\n\"commit\":%q,\n", *ver, *commit)
	counts := map[string]int{"components": len(comps), "config_blocks": len(cfg), "functions": len(std), "attributes": na, "blocks": nb, "defaults": x.nDef, "defaults_unresolved": x.nUnk, "defaults_approx": x.nApprox}
	fmt.Fprintf(&sb, "\"counts\":%s,\n", line(counts))
	section(&sb, "components", comps, false)
	section(&sb, "config_blocks", cfg, false)
	section(&sb, "functions", std, true)
	sb.WriteString("}\n")
	if err := os.WriteFile(*out, []byte(sb.String()), 0o644); err != nil {
		panic(err)
	}
	if *rep != "" {
		r := map[string]any{"unresolved_defaults": x.unkn, "opaque_types": x.opaque, "missing_packages": w.Missing, "approx_packages": w.ApproxP}
		b, _ := json.MarshalIndent(r, "", " ")
		os.WriteFile(*rep, b, 0o644)
	}
	fmt.Println(*ver, line(counts))
}

// runtimeGoroot is where Go's own packages are.
func runtimeGoroot() string {
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}
