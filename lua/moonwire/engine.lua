--- The engine that runs this script: "host", "lua54" (plain Lua), "texlua", "mkiv", "luametatex" or "lmtx".
--
-- TeX tells what it is in `status`; only inside a document can it print into one.

local names = {
  luatex = { script = "texlua", document = "mkiv" },
  luametatex = { script = "luametatex", document = "lmtx" },
}

local function name()
  local status, tex = rawget(_G, "status"), rawget(_G, "tex")
  local family = names[type(status) == "table" and status.luatex_engine or ""]
  if family then return type(tex) == "table" and tex.print and family.document or family.script end
  if package.preload["host.nats"] or package.loaded["host.nats"] then return "host" end
  return "lua" .. _VERSION:gsub("%D", "")
end

return name()
