// What a purge has done, or would do, in words and as JSON.
#pragma once

#include "capture-format/commands/purge_plan.hpp"

#include <string>
#include <vector>

namespace understudy::capture {

bool changes_anything(const std::vector<PurgeItem>& items);
/// A file was skipped that may hold what should go.
bool is_incomplete(const std::vector<PurgeItem>& items);

std::string purge_question(const std::vector<PurgeItem>& items);
std::string purge_as_text(const std::vector<PurgeItem>& items, bool dry_run);
std::string purge_as_json(const std::vector<PurgeItem>& items, bool dry_run);

}  // namespace understudy::capture
