#include "core/config/node.hpp"

#include "core/base/units.hpp"
#include "core/config/document.hpp"
#include "core/config/spelling.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <system_error>

#include <fmt/format.h>

namespace understudy::config {

struct Node::Document {
  std::string origin;
  std::optional<Failure> error;
};

struct Node::Impl {
  std::shared_ptr<Document> document;
  std::shared_ptr<Value> value;
};

namespace {

std::string_view name_of(Value::Kind kind) {
  switch (kind) {
    case Value::Kind::null:
      return "nothing";
    case Value::Kind::scalar:
      return "a single value";
    case Value::Kind::list:
      return "a list";
    case Value::Kind::map:
      break;
  }
  return "a mapping";
}

Outcome<std::string> read_whole_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file)
    return Failure{fmt::format("{}: cannot be opened: {}", path, std::generic_category().message(errno))};
  std::string text;
  char block[16 * 1024];
  // One byte more than allowed is enough to know; the rest of a huge file (or a device) is never read.
  while (text.size() <= kTextBytesMax && file) {
    file.read(block, sizeof block);
    text.append(block, static_cast<std::size_t>(file.gcount()));
  }
  if (file.bad() || (file.fail() && !file.eof()))
    return Failure{fmt::format("{}: cannot be read; is it a directory?", path)};
  return {boost::system::in_place_value, std::move(text)};
}

}  // namespace

Node::Node(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Node::Node(const Node& other) : impl_(std::make_unique<Impl>(*other.impl_)) {}
Node::Node(Node&&) noexcept = default;
Node& Node::operator=(const Node& other) {
  *impl_ = Impl(*other.impl_);
  return *this;
}
Node::~Node() = default;

Outcome<Node> Node::load_file(const std::string& path) {
  auto text = read_whole_file(path);
  if (!text) return text.error();
  return load_text(*text, path);
}

Outcome<Node> Node::load_text(std::string_view text, std::string origin) {
  auto root = parse_yaml(text, origin);
  if (!root) return root.error();
  auto document = std::make_shared<Document>(Document{std::move(origin), std::nullopt});
  return Node(std::make_unique<Impl>(Impl{std::move(document), *std::move(root)}));
}

std::optional<Failure> Node::error() const { return impl_->document->error; }

void Node::fail(std::string_view message) const {
  auto& document = *impl_->document;
  if (!document.error) document.error = Failure{located(document.origin, impl_->value->place, message)};
}

bool Node::is_map() const { return impl_->value->kind == Value::Kind::map; }
bool Node::is_list() const { return impl_->value->kind == Value::Kind::list; }
bool Node::is_scalar() const { return impl_->value->kind == Value::Kind::scalar; }

std::optional<Node> Node::member(std::string_view key) const {
  if (!is_map()) {
    fail(fmt::format("needs a mapping with '{}', not {}", key, name_of(impl_->value->kind)));
    return std::nullopt;
  }
  impl_->value->known.emplace(key);
  const auto& members = impl_->value->members;
  const auto found =
      std::find_if(members.begin(), members.end(), [&](const auto& member) { return member.key == key; });
  if (found == members.end()) return std::nullopt;
  return Node(std::make_unique<Impl>(Impl{impl_->document, found->value}));
}

std::vector<Node> Node::items() const {
  std::vector<Node> nodes;
  if (!is_list()) {
    fail(fmt::format("needs a list, not {}", name_of(impl_->value->kind)));
    return nodes;
  }
  for (const auto& item : impl_->value->items)
    nodes.push_back(Node(std::make_unique<Impl>(Impl{impl_->document, item})));
  return nodes;
}

void Node::finish() const {
  if (!is_map()) return fail(fmt::format("needs a mapping, not {}", name_of(impl_->value->kind)));
  auto& document = *impl_->document;
  for (const auto& member : impl_->value->members) {
    if (impl_->value->known.contains(member.key) || document.error) continue;
    auto message = fmt::format("unknown key '{}'", member.key);
    if (const auto nearest = nearest_name(member.key, impl_->value->known))
      message += fmt::format(": did you mean '{}'?", *nearest);
    document.error = Failure{located(document.origin, member.place, message)};
  }
}

std::string Node::text() const {
  if (is_scalar()) return impl_->value->text;
  fail(fmt::format("needs text, not {}", name_of(impl_->value->kind)));
  return {};
}

bool Node::boolean() const {
  if (is_scalar() && !impl_->value->quoted) {
    if (impl_->value->text == "true") return true;
    if (impl_->value->text == "false") return false;
  }
  fail("needs true or false");
  return false;
}

namespace {

/// A scalar through one of base's parsers; its sentence becomes the error.
template <class T>
T parsed(const Node& node, bool scalar, Outcome<T> (*parse)(std::string_view)) {
  const auto text = node.text();
  if (!scalar) return {};
  auto value = parse(text);
  if (value) return *value;
  node.fail(value.error().message);
  return {};
}

}  // namespace

std::uint64_t Node::size_bytes() const { return parsed(*this, is_scalar(), &parse_size_bytes); }
std::chrono::nanoseconds Node::duration() const { return parsed(*this, is_scalar(), &parse_duration); }
double Node::percent() const { return parsed(*this, is_scalar(), &parse_percent); }
std::uint64_t Node::count() const { return parsed(*this, is_scalar(), &parse_count); }

}  // namespace understudy::config
