// report.md: the summary that fits a pull request or a pipeline's step page.
#pragma once

#include "replay/report/result.hpp"

#include <string>

namespace understudy::replay {

/// GitHub-flavoured Markdown, worst findings first, never longer than 60 KB (what a comment may have).
std::string markdown_report(const RunResult& result);

}  // namespace understudy::replay
