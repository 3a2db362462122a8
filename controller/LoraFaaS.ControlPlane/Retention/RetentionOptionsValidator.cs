using Microsoft.Extensions.Options;

namespace LoraFaaS.ControlPlane.Retention;

[OptionsValidator]
internal sealed partial class RetentionOptionsValidator : IValidateOptions<RetentionOptions>;
