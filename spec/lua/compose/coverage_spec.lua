-- The corpus has every attribute that the specification has.
local compose = require "compose"
local corpus = require "spec.support.corpus"
local files = require "compose.files"
local schema = require "compose.schema"
local source = require "compose.source"
local tree = require "compose.tree"

-- Marks the fields of forms that a tree has.
local function mark(form, value, seen)
  if tree.is_map(value) then
    for key, item in pairs(value) do
      local field = form.fields and form.fields[key]
      if field then
        seen[form.fields] = seen[form.fields] or {}
        seen[form.fields][key] = true
      end
      if field or form.each then mark(field or form.each, item, seen) end
    end
  elseif tree.is_list(value) and form.list then
    for i = 1, #value do mark(form.list, value[i], seen) end
  end
end

-- Ours, which the reference loader does not know; and what has the attributes of services over again.
local LEFT_OUT = {
  ["x-pods"] = true, ["x-hosts"] = true, ["x-pod"] = true, ["x-host"] = true, jobs = true, pre_start = true,
}

-- The attributes of a form and of all below it that are not marked, as paths.
local function missing(form, path, seen, done, found)
  if form.fields and not done[form.fields] then
    done[form.fields] = true
    for key, field in pairs(form.fields) do
      if not LEFT_OUT[key] then
        if not (seen[form.fields] or {})[key] then found[#found + 1] = path .. "." .. key end
        missing(field, path .. "." .. key, seen, done, found)
      end
    end
  end
  if form.each then missing(form.each, path .. ".*", seen, done, found) end
  if form.list then missing(form.list, path .. "[]", seen, done, found) end
  return found
end

describe("the corpus", function()
  it("has every attribute", function()
    local seen = {}
    for name in pairs(corpus.expected()) do
      local options = corpus.options(name)
      local project = compose.load(options)
      for _, path in ipairs(project and project.files or {}) do
        for _, document in ipairs(source.read(assert(files.read(path)), path)) do mark(schema.project, document.tree, seen) end
      end
    end
    local found = missing(schema.project, "", seen, {}, {})
    table.sort(found)
    assert.same({}, found)
  end)
end)
