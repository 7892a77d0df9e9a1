#include "calibrate/readers/shipped_mappings.hpp"

namespace rehearse {
namespace {

/// The table that OpenTelemetry's exporter for ClickHouse makes. Older ones write the words of the
/// protocol, newer ones their own.
ColumnMapping clickhouse_otel() {
  ColumnMapping mapping;
  mapping.trace = "TraceId";
  mapping.span = "SpanId";
  mapping.parent = "ParentSpanId";
  mapping.service = "ServiceName";
  mapping.operation = "SpanName";
  mapping.start = {"Timestamp", 1};
  mapping.duration = TimeColumn{"Duration", 1};
  mapping.kind = "SpanKind";
  mapping.error = "StatusCode";
  mapping.error_values = {"Error", "STATUS_CODE_ERROR"};
  mapping.resource_attributes = "ResourceAttributes";
  mapping.attributes = "SpanAttributes";
  mapping.may_lack_columns = true;
  return mapping;
}

/// Flat events: a column is called as the attribute that it holds.
ColumnMapping honeycomb() {
  ColumnMapping mapping;
  mapping.trace = "trace.trace_id";
  mapping.span = "trace.span_id";
  mapping.parent = "trace.parent_id";
  mapping.service = "service.name";
  mapping.operation = "name";
  mapping.start = {"Timestamp", no_unit};
  mapping.duration = TimeColumn{"duration_ms", 1e6};
  mapping.kind = "span.kind";
  mapping.error = "error";
  mapping.sample_rate = "SampleRate";
  mapping.may_lack_columns = true;
  return mapping;
}

/// The table OTELTraces that the OpenTelemetry exporter for Azure Data Explorer fills. The service
/// is one of the attributes of the resource.
ColumnMapping azure_data_explorer() {
  ColumnMapping mapping;
  mapping.trace = "TraceID";
  mapping.span = "SpanID";
  mapping.parent = "ParentID";
  mapping.operation = "SpanName";
  mapping.start = {"StartTime", no_unit};
  mapping.end = TimeColumn{"EndTime", no_unit};
  mapping.kind = "SpanKind";
  mapping.error = "SpanStatus";
  mapping.error_values = {"STATUS_CODE_ERROR", "Error"};
  mapping.resource_attributes = "ResourceAttributes";
  mapping.attributes = "TraceAttributes";
  mapping.may_lack_columns = true;
  return mapping;
}

/// The data set of Nezha (ESEC/FSE 2023).
ColumnMapping nezha() {
  ColumnMapping mapping;
  mapping.trace = "TraceID";
  mapping.span = "SpanID";
  mapping.parent = "ParentID";
  mapping.instance = "PodName";
  mapping.instance_suffix_parts = 2;
  mapping.operation = "OperationName";
  mapping.start = {"StartTimeUnixNano", 1};
  mapping.end = TimeColumn{"EndTimeUnixNano", 1};
  return mapping;
}

/// MSCallGraph of Alibaba's clusters; the tables of 2022 also tell instances.
ColumnMapping alibaba_call_graph(const std::string& call_number) {
  ColumnMapping mapping;
  mapping.trace = "traceid";
  mapping.span = call_number;
  mapping.caller = "um";
  mapping.caller_instance = "uminstanceid";
  mapping.service = "dm";
  mapping.instance = "dminstanceid";
  mapping.kind = "rpctype";
  mapping.operation = "interface";
  mapping.start = {"timestamp", 1e6};
  mapping.duration = TimeColumn{"rt", 1e6};
  mapping.may_lack_columns = true;
  return mapping;
}

}  // namespace

const std::vector<ShippedMapping>& shipped_mappings() {
  static const std::vector<ShippedMapping> all{
      {"clickhouse-otel", "`otel_traces` of OpenTelemetry in ClickHouse", clickhouse_otel()},
      {"honeycomb", "events of Honeycomb", honeycomb()},
      {"azure-data-explorer", "`OTELTraces` in Azure Data Explorer", azure_data_explorer()},
      {"nezha", "the data sets of Nezha", nezha()},
      {"alibaba-2021", "`MSCallGraph` of Alibaba's clusters of 2021", alibaba_call_graph("rpcid")},
      {"alibaba-2022", "`MSCallGraph` of Alibaba's clusters of 2022",
       alibaba_call_graph("rpc_id")}};
  return all;
}

std::optional<ColumnMapping> shipped_mapping_called(std::string_view name) {
  for (const ShippedMapping& shipped : shipped_mappings()) {
    if (shipped.name == name) return shipped.mapping;
  }
  return std::nullopt;
}

}  // namespace rehearse
