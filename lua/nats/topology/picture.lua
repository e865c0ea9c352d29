--- A picture of a topology, as SVG: sites as boxes with their servers, gateways between them, leaf nodes below.
--
-- @module nats.topology.picture

local topology = require "nats.topology"

local picture = {}

-- In pixels.
local SERVER = { width = 150, height = 44, gap = 16 }
local SITE = { margin = 20, title = 46, gap = 90, top = 70 }
local LEAF = { width = 190, height = 44, gap = 16, drop = 80 }

local ESCAPES = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;" }

local function escape(text) return (text:gsub('[&<>"]', ESCAPES)) end

local function place_of(server) return (server.url:gsub("^%a+://", "")) end

-- Where everything is: sites from left to right, and what hangs below each.
local function layout(top)
  local sites, x = {}, SITE.margin
  for i, site in ipairs(top.table.sites) do
    local box = { site = site, x = x, y = SITE.top, servers = {}, leaves = {} }
    for _, server in ipairs(top.servers) do
      local entry = { name = server.name, url = topology.url(top, server) }
      if server.site == site then
        box.servers[#box.servers + 1] = entry
      elseif server.leaf and server.leaf.site == site.name then
        box.leaves[#box.leaves + 1] = entry
      end
    end
    local inner = #box.servers * (SERVER.width + SERVER.gap) - SERVER.gap
    box.width = inner + 2 * SITE.margin
    box.height = SITE.title + SERVER.height + SITE.margin
    for j, server in ipairs(box.servers) do
      server.x = x + SITE.margin + (j - 1) * (SERVER.width + SERVER.gap)
      server.y = SITE.top + SITE.title
    end
    local below = #box.leaves * (LEAF.width + LEAF.gap) - LEAF.gap
    local left = math.max(x, x + (box.width - below) / 2)
    for j, leaf in ipairs(box.leaves) do
      leaf.x, leaf.y = left + (j - 1) * (LEAF.width + LEAF.gap), box.y + box.height + LEAF.drop
    end
    x = x + math.max(box.width, below) + SITE.gap
    sites[i] = box
  end
  return sites, x - SITE.gap + SITE.margin
end

--- Draws the picture.
-- @tparam table top as topology.new gives it
-- @treturn string an SVG document
function picture.of(top)
  local sites, width = layout(top)
  local height = SITE.top + SITE.title + SERVER.height + 2 * SITE.margin
  if top.table.leaves then height = height + LEAF.drop + LEAF.height end
  local out = {}
  local function put(format, ...) out[#out + 1] = format:format(...) end
  local function words(x, y, class, text) put('<text x="%.0f" y="%.0f" class="%s">%s</text>', x, y, class, escape(text)) end
  local function box(x, y, w, h, class) put('<rect x="%.0f" y="%.0f" width="%.0f" height="%.0f" rx="6" class="%s"/>', x, y, w, h, class) end
  local function node(entry, w, h, class)
    box(entry.x, entry.y, w, h, class)
    words(entry.x + w / 2, entry.y + 19, "name", entry.name)
    words(entry.x + w / 2, entry.y + 35, "url", place_of(entry))
  end

  put('<svg xmlns="http://www.w3.org/2000/svg" width="%.0f" height="%.0f" viewBox="0 0 %.0f %.0f">', width, height, width, height)
  put("<title>%s</title>", escape(top.name))
  put "<style>"
  put "text { font-family: sans-serif; text-anchor: middle; fill: #222 } .title { font-size: 15px; font-weight: bold }"
  put ".name { font-size: 14px } .url, .label { font-size: 11px; fill: #555 }"
  put ".site { fill: #eef3f8; stroke: #8aa4bd } .server { fill: #fff; stroke: #30608f } .leaf { fill: #fff8e8; stroke: #b8860b }"
  put ".gateway { stroke: #30608f; stroke-width: 3; fill: none } .route { stroke: #8aa4bd; stroke-width: 2; fill: none }"
  put ".remote { stroke: #b8860b; stroke-width: 2; stroke-dasharray: 6 4; fill: none }"
  put "</style>"
  -- Gateways join each site with each: neighbours by a line, others by an arc above what stands between.
  for i = 1, #sites do
    for j = i + 1, #sites do
      local a, b = sites[i], sites[j]
      if j == i + 1 then
        local y = a.y + a.height / 2
        put('<path d="M%.0f %.0f H%.0f" class="gateway"/>', a.x + a.width, y, b.x)
        words((a.x + a.width + b.x) / 2, y - 8, "label", "gateway")
      else
        local from, to = a.x + a.width / 2, b.x + b.width / 2
        put('<path d="M%.0f %.0f Q%.0f %.0f %.0f %.0f" class="gateway"/>', from, a.y, (from + to) / 2, 0, to, b.y)
      end
    end
  end
  for _, site in ipairs(sites) do
    for _, leaf in ipairs(site.leaves) do
      local x = leaf.x + LEAF.width / 2
      put('<path d="M%.0f %.0f L%.0f %.0f" class="remote"/>', x, leaf.y,
        math.min(math.max(x, site.x + 10), site.x + site.width - 10), site.y + site.height)
      words(x + 52, leaf.y - 12, "label", "leaf node" .. (top.table.tls and ", TLS" or ""))
    end
    box(site.x, site.y, site.width, site.height, "site")
    local streams = site.site.jetstream and ", JetStream" or ""
    words(site.x + site.width / 2, site.y + 22, "title", site.site.name)
    words(site.x + site.width / 2, site.y + 37, "label", (site.site.address or "127.0.0.1") .. streams)
    local first, last = site.servers[1], site.servers[#site.servers]
    if #site.servers > 1 then
      local y = first.y + SERVER.height / 2
      put('<path d="M%.0f %.0f H%.0f" class="route"/>', first.x, y, last.x)
      if #site.servers > 2 then
        local under = first.y + SERVER.height
        put('<path d="M%.0f %.0f v8 H%.0f v-8" class="route"/>', first.x + SERVER.width / 2, under, last.x + SERVER.width / 2)
      end
    end
    for _, server in ipairs(site.servers) do node(server, SERVER.width, SERVER.height, "server") end
    for _, leaf in ipairs(site.leaves) do node(leaf, LEAF.width, LEAF.height, "leaf") end
  end
  words(width / 2, 28, "title", top.name)
  put "</svg>"
  return table.concat(out, "\n") .. "\n"
end

return picture
