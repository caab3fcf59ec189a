#include "capture-format/commands/purge_report.hpp"

#include "capture-format/convert/json_writer.hpp"
#include "core/base/units.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace understudy::capture {
namespace {

struct Totals {
  std::uint64_t files_kept = 0;
  std::uint64_t files_removed = 0;
  std::uint64_t files_rewritten = 0;
  std::uint64_t files_skipped = 0;
  std::uint64_t exchanges_removed = 0;
  std::uint64_t bytes_freed = 0;
  std::uint64_t bytes_of_removed_files = 0;
};

Totals totals_of(const std::vector<PurgeItem>& items) {
  Totals totals;
  for (const auto& item : items) {
    totals.bytes_freed += item.freed_bytes;
    switch (item.action) {
      case PurgeAction::keep:
        ++totals.files_kept;
        continue;
      case PurgeAction::skip:
        ++totals.files_skipped;
        continue;
      case PurgeAction::remove:
        ++totals.files_removed;
        totals.bytes_of_removed_files += item.file_bytes;
        break;
      case PurgeAction::rewrite:
        ++totals.files_rewritten;
        break;
    }
    totals.exchanges_removed += item.unwanted;
  }
  return totals;
}

std::string line_of(const PurgeItem& item, bool dry_run) {
  const std::string_view would = dry_run ? "would be " : "";
  switch (item.action) {
    case PurgeAction::remove:
      return fmt::format("{}: {}removed, {} exchanges, {}\n", item.path, would, format_count(item.unwanted),
                         format_size(item.file_bytes));
    case PurgeAction::rewrite:
      return fmt::format("{}: {}rewritten without {} of {} exchanges\n", item.path, would,
                         format_count(item.unwanted), format_count(item.exchanges));
    case PurgeAction::skip:
      return fmt::format("{}: SKIPPED: {}\n", item.path, item.reason);
    case PurgeAction::keep:
      break;
  }
  return item.reason.empty() ? std::string() : fmt::format("{}: kept: {}\n", item.path, item.reason);
}

}  // namespace

bool changes_anything(const std::vector<PurgeItem>& items) {
  return std::any_of(items.begin(), items.end(), [](const PurgeItem& item) {
    return item.action == PurgeAction::remove || item.action == PurgeAction::rewrite;
  });
}

bool is_incomplete(const std::vector<PurgeItem>& items) {
  return std::any_of(items.begin(), items.end(), [](const PurgeItem& item) { return item.incomplete; });
}

std::string purge_question(const std::vector<PurgeItem>& items) {
  const auto totals = totals_of(items);
  std::string text;
  for (const auto& item : items) text += line_of(item, true);
  return text + fmt::format("Remove {} exchanges for good: {} whole files ({}) and parts of {}? [y/N] ",
                            format_count(totals.exchanges_removed), format_count(totals.files_removed),
                            format_size(totals.bytes_of_removed_files), format_count(totals.files_rewritten));
}

std::string purge_as_text(const std::vector<PurgeItem>& items, bool dry_run) {
  const auto totals = totals_of(items);
  std::string text;
  for (const auto& item : items) text += line_of(item, dry_run);
  text += fmt::format("{} {} exchanges: {} files removed, {} rewritten, {} untouched, {} skipped",
                      dry_run ? "would remove" : "removed", format_count(totals.exchanges_removed),
                      format_count(totals.files_removed), format_count(totals.files_rewritten),
                      format_count(totals.files_kept), format_count(totals.files_skipped));
  return text + (dry_run ? "\n" : fmt::format("; {} freed\n", format_size(totals.bytes_freed)));
}

std::string purge_as_json(const std::vector<PurgeItem>& items, bool dry_run) {
  const auto totals = totals_of(items);
  std::string text;
  JsonWriter json(text);
  json.begin_object().member("dry_run", dry_run).key("files").begin_array();
  for (const auto& item : items) {
    json.begin_object().member("path", item.path).member("action", name_of(item.action));
    json.member("exchanges", item.exchanges).member("removed", item.unwanted);
    json.member("bytes", item.file_bytes).member("bytes_freed", item.freed_bytes);
    json.member("reason", item.reason).end_object();
  }
  json.end_array().member("exchanges_removed", totals.exchanges_removed);
  json.member("files_removed", totals.files_removed).member("files_rewritten", totals.files_rewritten);
  json.member("files_kept", totals.files_kept).member("files_skipped", totals.files_skipped);
  json.member("bytes_freed", totals.bytes_freed).end_object();
  return text + '\n';
}

}  // namespace understudy::capture
