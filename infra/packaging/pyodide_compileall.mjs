// Byte-code of all modules below CONTENT/python: node pyodide_compileall.mjs PYODIDE CONTENT [beside]
import { pathToFileURL } from "node:url";

const [folder, content, where] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(`${folder}/package/pyodide.mjs`));
const python = await loadPyodide();
python.FS.mkdir("/content");
python.FS.mount(python.FS.filesystems.NODEFS, { root: content }, "/content");
python.globals.set("beside", where === "beside");
const right = python.runPython(`
import compileall, py_compile
compileall.compile_dir(
    "/content/python", quiet=1, legacy=beside, stripdir="/content", prependdir="/opt",
    invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
)
`);
process.exit(right ? 0 : 1);
