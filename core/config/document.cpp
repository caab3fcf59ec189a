#include "core/config/document.hpp"

#include "core/base/one_line.hpp"

#include <algorithm>
#include <map>
#include <sstream>

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

namespace understudy::config {
namespace {

Place place_of(const YAML::Mark& mark) { return {mark.line + 1, mark.column + 1}; }

/// What a limit or a rule of ours stops the parser with; never leaves this file.
struct Refusal {
  Place place;
  std::string message;
};

/// Builds the tree. An alias shares the value of its anchor, so nothing is ever multiplied.
class TreeBuilder final : public YAML::EventHandler {
 public:
  std::shared_ptr<Value> root() const { return root_; }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    add(mark, anchor, Value::Kind::null);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    if (expects_key()) return take_key(mark, text);
    const auto value = add(mark, anchor, is_null(tag, text) ? Value::Kind::null : Value::Kind::scalar);
    value->text = text;
    value->quoted = tag == "!";
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (++aliases_ > kAliasesMax)
      throw Refusal{place_of(mark), fmt::format("more than {} aliases", kAliasesMax)};
    const auto found = anchors_.find(anchor);
    const bool open = std::any_of(open_.begin(), open_.end(), [&](const auto& outer) {
      return found != anchors_.end() && outer == found->second;
    });
    if (found == anchors_.end() || open)
      throw Refusal{place_of(mark), "an alias must name an earlier, finished value"};
    if (expects_key()) throw Refusal{place_of(mark), "a key must be plain text, not an alias"};
    attach(found->second);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, anchor, Value::Kind::list);
  }
  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, anchor, Value::Kind::map);
  }
  void OnMapEnd() override { close(); }

 private:
  static bool is_null(const std::string& tag, const std::string& text) {
    return tag != "!" && (text.empty() || text == "~" || text == "null");
  }

  bool expects_key() const { return !open_.empty() && open_.back()->kind == Value::Kind::map && !has_key_; }

  void take_key(const YAML::Mark& mark, const std::string& text) {
    auto& members = open_.back()->members;
    const auto same = [&](const Value::Member& member) { return member.key == text; };
    if (std::any_of(members.begin(), members.end(), same))
      throw Refusal{place_of(mark), fmt::format("duplicate key '{}'", text)};
    members.push_back({text, place_of(mark), nullptr});
    has_key_ = true;
  }

  void attach(const std::shared_ptr<Value>& value) {
    if (open_.empty()) {
      root_ = value;
    } else if (open_.back()->kind == Value::Kind::list) {
      open_.back()->items.push_back(value);
    } else {
      open_.back()->members.back().value = value;
      has_key_ = false;
    }
  }

  std::shared_ptr<Value> add(const YAML::Mark& mark, YAML::anchor_t anchor, Value::Kind kind) {
    if (++values_ > kValuesMax) throw Refusal{place_of(mark), fmt::format("more than {} values", kValuesMax)};
    if (expects_key()) throw Refusal{place_of(mark), "a key must be plain text"};
    auto value = std::make_shared<Value>();
    value->kind = kind;
    value->place = place_of(mark);
    attach(value);
    if (anchor != 0) anchors_[anchor] = value;
    return value;
  }

  void open(const YAML::Mark& mark, YAML::anchor_t anchor, Value::Kind kind) {
    if (open_.size() >= kDepthMax)
      throw Refusal{place_of(mark), fmt::format("deeper than {} levels", kDepthMax)};
    open_.push_back(add(mark, anchor, kind));
    has_key_ = false;
  }

  void close() {
    open_.pop_back();
    has_key_ = false;
  }

  std::shared_ptr<Value> root_;
  std::vector<std::shared_ptr<Value>> open_;
  std::map<YAML::anchor_t, std::shared_ptr<Value>> anchors_;
  std::size_t values_ = 0;
  std::size_t aliases_ = 0;
  bool has_key_ = false;
};

std::shared_ptr<Value> build(std::string_view text) {
  std::istringstream stream{std::string(text)};
  YAML::Parser parser(stream);
  TreeBuilder tree;
  parser.HandleNextDocument(tree);
  auto root = tree.root();
  TreeBuilder rest;
  if (parser.HandleNextDocument(rest)) throw Refusal{{}, "more than one YAML document in the file"};
  // An empty file states nothing, which is what an empty mapping states.
  if (!root) root = std::make_shared<Value>();
  if (root->kind == Value::Kind::null) root->kind = Value::Kind::map;
  return root;
}

}  // namespace

std::string located(const std::string& origin, Place place, std::string_view message) {
  return one_line(fmt::format("{}:{}:{}: {}", origin, place.line, place.column, message));
}

Outcome<std::shared_ptr<Value>> parse_yaml(std::string_view text, const std::string& origin) {
  if (text.size() > kTextBytesMax) return Failure{fmt::format("{}: larger than 1 MiB", origin)};
  if (text.find('\0') != std::string_view::npos) return Failure{fmt::format("{}: holds a NUL byte", origin)};
  try {
    return build(text);
  } catch (const Refusal& refusal) {
    return Failure{located(origin, refusal.place, refusal.message)};
  } catch (const YAML::Exception& error) {
    if (error.mark.is_null()) return Failure{one_line(fmt::format("{}: {}", origin, error.msg))};
    return Failure{located(origin, place_of(error.mark), error.msg)};
  } catch (const std::exception& error) {
    return Failure{fmt::format("{}: {}", origin, error.what())};
  }
}

}  // namespace understudy::config
