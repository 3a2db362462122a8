using Microsoft.Extensions.Options;

namespace LoraFaaS.ServiceDefaults.Metrics;

[OptionsValidator]
internal sealed partial class MetricsOptionsValidator : IValidateOptions<MetricsOptions>;
