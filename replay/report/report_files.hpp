// Writes the reports of a run; a reader never sees half of one.
#pragma once

#include "core/base/result.hpp"
#include "replay/report/result.hpp"

#include <filesystem>

namespace understudy::replay {

/// Makes sure that `directory` exists and can be written, before the run rather than after it.
Outcome<> prepare_report_directory(const std::filesystem::path& directory);

/// report.json, report.md and junit.xml, each written beside its place and renamed into it.
Outcome<> write_reports(const RunResult& result, const std::filesystem::path& directory);

}  // namespace understudy::replay
