using Microsoft.Extensions.Options;

namespace LoraFaaS.ServiceDefaults.Hosting;

[OptionsValidator]
internal sealed partial class HostingOptionsValidator : IValidateOptions<HostingOptions>;
