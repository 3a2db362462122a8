using Microsoft.Extensions.Options;

namespace LoraFaaS.ServiceDefaults.Trust;

[OptionsValidator]
internal sealed partial class InternalTokenOptionsValidator : IValidateOptions<InternalTokenOptions>;
