using Microsoft.Extensions.Options;

namespace LoraFaaS.Gateway;

/// <summary>All failures of the options at once, each in one line, before anything listens.</summary>
[OptionsValidator]
internal sealed partial class GatewayOptionsValidator : IValidateOptions<GatewayOptions>;
