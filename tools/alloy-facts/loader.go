package main

import (
	"bufio"
	"encoding/json"
	"go/ast"
	"go/build/constraint"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"unicode"
)

const (
	rootMod   = "github.com/grafana/alloy"
	syntaxMod = "github.com/grafana/alloy/syntax"
)

// File is one parsed Go file with its import table.
type File struct {
	AST     *ast.File
	Pkg     *Pkg
	Imports map[string]string // local name -> import path (explicit or guessed)
	plain   []string          // import paths without an explicit name
}

type Method struct {
	Decl *ast.FuncDecl
	File *File
}

type ConstDecl struct {
	File *File
	Type ast.Expr
	Expr ast.Expr
	Iota int
}

type VarDecl struct {
	File  *File
	Type  ast.Expr
	Expr  ast.Expr
	Index int // position in a multi-value assignment
	Multi bool
}

type TypeDecl struct {
	File *File
	Spec *ast.TypeSpec
}

// Pkg is one package, parsed but not type-checked.
type Pkg struct {
	Path    string
	Dir     string
	Name    string
	Approx  bool // read from another version of the module than go.mod asks for
	Files   []*File
	Types   map[string]*TypeDecl
	Consts  map[string]*ConstDecl
	Vars    map[string]*VarDecl
	Funcs   map[string]*Method
	Methods map[string]map[string]*Method
	cells   map[string]*Val
	busy    map[string]bool
	Inits   []*Method
	inited  bool
}

// World is one checked-out version.
type World struct {
	Root     string
	ModCache string
	Fetch    bool // download modules that aren't in the cache, at the version of go.mod
	GoRoot   string
	fset     *token.FileSet
	pkgs     map[string]*Pkg
	mods     map[string][2]string // module path -> (path, version) after replace
	modPaths []string
	named    map[string]*Type
	Missing  map[string]int // external packages that could not be read
	ApproxP  map[string]int // external packages read from another version
	modDirs  map[string][]string
}

func NewWorld(root, modcache, goroot string) *World {
	w := &World{Root: root, ModCache: modcache, GoRoot: goroot, fset: token.NewFileSet(),
		pkgs: map[string]*Pkg{}, mods: map[string][2]string{}, named: map[string]*Type{},
		Missing: map[string]int{}, ApproxP: map[string]int{}, modDirs: map[string][]string{}}
	w.readGoMod(filepath.Join(root, "go.mod"))
	return w
}

func (w *World) readGoMod(path string) {
	f, err := os.Open(path)
	if err != nil {
		return
	}
	defer f.Close()
	sc := bufio.NewScanner(f)
	block := ""
	repl := map[string][2]string{}
	for sc.Scan() {
		line := sc.Text()
		if i := strings.Index(line, "//"); i >= 0 {
			line = line[:i]
		}
		fs := strings.Fields(line)
		if len(fs) == 0 {
			continue
		}
		if fs[0] == ")" {
			block = ""
			continue
		}
		if len(fs) == 2 && fs[1] == "(" {
			block = fs[0]
			continue
		}
		kind := block
		if kind == "" {
			kind = fs[0]
			fs = fs[1:]
		}
		switch kind {
		case "require":
			if len(fs) >= 2 {
				w.mods[fs[0]] = [2]string{fs[0], fs[1]}
			}
		case "replace":
			for i, s := range fs {
				if s == "=>" && i+1 < len(fs) {
					v := ""
					if i+2 < len(fs) {
						v = fs[i+2]
					}
					repl[fs[0]] = [2]string{fs[i+1], v}
				}
			}
		}
	}
	for k, v := range repl {
		w.mods[k] = v
	}
	for k := range w.mods {
		w.modPaths = append(w.modPaths, k)
	}
	sort.Slice(w.modPaths, func(i, j int) bool { return len(w.modPaths[i]) > len(w.modPaths[j]) })
}

func escapeMod(p string) string {
	var b strings.Builder
	for _, r := range p {
		if unicode.IsUpper(r) {
			b.WriteByte('!')
			r = unicode.ToLower(r)
		}
		b.WriteRune(r)
	}
	return b.String()
}

// dirOf maps an import path to a folder; approx is set where the module
// version in the cache isn't the one of go.mod.
func (w *World) dirOf(path string) (dir string, approx bool) {
	under := func(mod string) (string, bool) {
		if path == mod {
			return "", true
		}
		if strings.HasPrefix(path, mod+"/") {
			return path[len(mod)+1:], true
		}
		return "", false
	}
	if rest, ok := under(syntaxMod); ok {
		return filepath.Join(w.Root, "syntax", rest), false
	}
	if rest, ok := under(rootMod); ok {
		return filepath.Join(w.Root, rest), false
	}
	if first, _, _ := strings.Cut(path, "/"); !strings.Contains(first, ".") {
		return filepath.Join(w.GoRoot, "src", path), false
	}
	for _, m := range w.modPaths {
		rest, ok := under(m)
		if !ok {
			continue
		}
		mv := w.mods[m]
		if strings.HasPrefix(mv[0], ".") {
			return filepath.Join(w.Root, mv[0], rest), false
		}
		for _, mc := range strings.Split(w.ModCache, ",") {
			d := filepath.Join(mc, escapeMod(mv[0])+"@"+escapeMod(mv[1]), rest)
			if st, err := os.Stat(d); err == nil && st.IsDir() {
				return d, false
			}
		}
		if w.Fetch {
			if at := w.download(mv[0], mv[1]); at != "" {
				d := filepath.Join(at, rest)
				if st, err := os.Stat(d); err == nil && st.IsDir() {
					return d, false
				}
				continue // the package is another module's
			}
		}
		for _, alt := range []string{mv[0], m} {
			vs, ok := w.modDirs[alt]
			if !ok {
				first, _, _ := strings.Cut(w.ModCache, ",")
				vs, _ = filepath.Glob(filepath.Join(first, escapeMod(alt)+"@*"))
				sort.Strings(vs)
				w.modDirs[alt] = vs
			}
			for i := len(vs) - 1; i >= 0; i-- {
				d := filepath.Join(vs[i], rest)
				if st, err := os.Stat(d); err == nil && st.IsDir() {
					return d, true
				}
			}
		}
	}
	return "", false
}

// download fetches one module with Go's own client and returns its folder; "" where that fails.
func (w *World) download(path, version string) string {
	key := path + "@" + version
	if vs, ok := w.modDirs[key]; ok {
		return vs[0]
	}
	cmd := exec.Command("go", "mod", "download", "-json", key)
	cmd.Dir = os.TempDir()
	cmd.Env = append(os.Environ(), "GOMODCACHE="+w.ModCache, "GOFLAGS=")
	out, err := cmd.Output()
	var found struct{ Dir string }
	if err == nil {
		err = json.Unmarshal(out, &found)
	}
	if err != nil {
		found.Dir = ""
	}
	w.modDirs[key] = []string{found.Dir}
	return found.Dir
}

var goos = map[string]bool{"aix": true, "android": true, "darwin": true, "dragonfly": true, "freebsd": true, "illumos": true, "ios": true, "js": true, "linux": true, "netbsd": true, "openbsd": true, "plan9": true, "solaris": true, "wasip1": true, "windows": true}
var goarch = map[string]bool{"386": true, "amd64": true, "arm": true, "arm64": true, "loong64": true, "mips": true, "mips64": true, "mips64le": true, "mipsle": true, "ppc64": true, "ppc64le": true, "riscv64": true, "s390x": true, "wasm": true}
var onTags = map[string]bool{"linux": true, "amd64": true, "unix": true, "cgo": true, "gc": true, "netgo": true, "promtail_journal_enabled": true, "gore2regex": true}

func fileWanted(name string, src []byte) bool {
	base := strings.TrimSuffix(name, ".go")
	if strings.HasSuffix(base, "_test") {
		return false
	}
	parts := strings.Split(base, "_")
	if n := len(parts); n >= 2 {
		l := parts[n-1]
		if n >= 3 && goos[parts[n-2]] && goarch[l] {
			if parts[n-2] != "linux" || l != "amd64" {
				return false
			}
		} else if goos[l] && l != "linux" {
			return false
		} else if goarch[l] && l != "amd64" {
			return false
		}
	}
	for _, line := range strings.Split(string(src), "\n") {
		t := strings.TrimSpace(line)
		if strings.HasPrefix(t, "package ") {
			break
		}
		if constraint.IsGoBuild(t) {
			e, err := constraint.Parse(t)
			if err != nil {
				continue
			}
			return e.Eval(func(tag string) bool {
				return onTags[tag] || strings.HasPrefix(tag, "go1.")
			})
		}
	}
	return true
}

func (w *World) Load(path string) *Pkg {
	if p, ok := w.pkgs[path]; ok {
		return p
	}
	w.pkgs[path] = nil
	dir, approx := w.dirOf(path)
	if dir == "" {
		w.Missing[path]++
		return nil
	}
	ents, err := os.ReadDir(dir)
	if err != nil {
		w.Missing[path]++
		return nil
	}
	p := &Pkg{Path: path, Dir: dir, Approx: approx, Types: map[string]*TypeDecl{}, Consts: map[string]*ConstDecl{},
		Vars: map[string]*VarDecl{}, Funcs: map[string]*Method{}, Methods: map[string]map[string]*Method{},
		cells: map[string]*Val{}, busy: map[string]bool{}}
	if approx {
		w.ApproxP[path]++
	}
	for _, e := range ents {
		if e.IsDir() || !strings.HasSuffix(e.Name(), ".go") {
			continue
		}
		src, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil || !fileWanted(e.Name(), src) {
			continue
		}
		af, err := parser.ParseFile(w.fset, filepath.Join(dir, e.Name()), src, parser.SkipObjectResolution)
		if af == nil || (err != nil && len(af.Decls) == 0) {
			continue
		}
		if af.Name.Name == "main" && len(p.Files) > 0 || strings.HasSuffix(af.Name.Name, "_test") {
			continue
		}
		f := &File{AST: af, Pkg: p, Imports: map[string]string{}}
		p.Name = af.Name.Name
		for _, im := range af.Imports {
			ip := strings.Trim(im.Path.Value, `"`)
			if im.Name != nil {
				f.Imports[im.Name.Name] = ip
			} else {
				f.plain = append(f.plain, ip)
			}
		}
		p.Files = append(p.Files, f)
		p.collect(f)
	}
	if len(p.Files) == 0 {
		w.Missing[path]++
		return nil
	}
	w.pkgs[path] = p
	return p
}

func (p *Pkg) collect(f *File) {
	for _, d := range f.AST.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil && d.Name.Name == "init" {
				p.Inits = append(p.Inits, &Method{d, f})
				continue
			}
			if d.Recv == nil || len(d.Recv.List) == 0 {
				p.Funcs[d.Name.Name] = &Method{d, f}
				continue
			}
			t := d.Recv.List[0].Type
			for {
				switch x := t.(type) {
				case *ast.StarExpr:
					t = x.X
					continue
				case *ast.ParenExpr:
					t = x.X
					continue
				case *ast.IndexExpr:
					t = x.X
					continue
				case *ast.IndexListExpr:
					t = x.X
					continue
				}
				break
			}
			if id, ok := t.(*ast.Ident); ok {
				if p.Methods[id.Name] == nil {
					p.Methods[id.Name] = map[string]*Method{}
				}
				p.Methods[id.Name][d.Name.Name] = &Method{d, f}
			}
		case *ast.GenDecl:
			switch d.Tok {
			case token.TYPE:
				for _, s := range d.Specs {
					ts := s.(*ast.TypeSpec)
					p.Types[ts.Name.Name] = &TypeDecl{f, ts}
				}
			case token.CONST:
				var lastT ast.Expr
				var lastV []ast.Expr
				for i, s := range d.Specs {
					vs := s.(*ast.ValueSpec)
					if vs.Type != nil || len(vs.Values) > 0 {
						lastT, lastV = vs.Type, vs.Values
					}
					for j, n := range vs.Names {
						c := &ConstDecl{File: f, Type: lastT, Iota: i}
						if j < len(lastV) {
							c.Expr = lastV[j]
						}
						p.Consts[n.Name] = c
					}
				}
			case token.VAR:
				for _, s := range d.Specs {
					vs := s.(*ast.ValueSpec)
					for j, n := range vs.Names {
						v := &VarDecl{File: f, Type: vs.Type}
						if len(vs.Values) == len(vs.Names) {
							v.Expr = vs.Values[j]
						} else if len(vs.Values) == 1 {
							v.Expr, v.Index, v.Multi = vs.Values[0], j, true
						}
						p.Vars[n.Name] = v
					}
				}
			}
		}
	}
}

func guessName(path string) string {
	parts := strings.Split(path, "/")
	n := parts[len(parts)-1]
	if len(parts) > 1 && len(n) > 1 && n[0] == 'v' && strings.Trim(n[1:], "0123456789") == "" {
		n = parts[len(parts)-2]
	}
	if i := strings.LastIndex(n, ".v"); i > 0 {
		n = n[:i]
	}
	return n
}

// importPath finds the import path of the name in the file.
func (w *World) importPath(f *File, name string) string {
	if f == nil {
		return ""
	}
	if p, ok := f.Imports[name]; ok {
		return p
	}
	for _, ip := range f.plain {
		if guessName(ip) == name {
			f.Imports[name] = ip
			return ip
		}
	}
	for _, ip := range f.plain {
		g := guessName(ip)
		if strings.Trim(strings.ReplaceAll(g, "go", ""), "-.") == strings.Trim(strings.ReplaceAll(name, "go", ""), "-.") || strings.ReplaceAll(g, "-", "") == name || strings.ReplaceAll(g, "-", "_") == name {
			f.Imports[name] = ip
			return ip
		}
	}
	for _, ip := range f.plain {
		if p := w.Load(ip); p != nil && p.Name == name {
			f.Imports[name] = ip
			return ip
		}
	}
	return ""
}
