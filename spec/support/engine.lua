--- Which of the engines a spec runs in: "host", "lua54", "texlua", "mkiv", "luametatex" or "lmtx".
--
-- For specs of what only some engines can have. They say so inside the test:
--
--     it("speaks through the binary", function()
--       if engine ~= "host" then return pending("the native transport is in the host only") end
--       ...
local in_document = type(rawget(_G, "context")) == "table"

-- luacheck: globals status
if type(status) == "table" and status.luatex_engine then
  if status.luatex_engine == "luametatex" then return in_document and "lmtx" or "luametatex" end
  return in_document and "mkiv" or "texlua"
end
if pcall(require, "host.nats") then return "host" end
return "lua54"
