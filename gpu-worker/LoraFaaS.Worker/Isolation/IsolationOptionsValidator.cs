using Microsoft.Extensions.Options;

namespace LoraFaaS.Worker.Isolation;

[OptionsValidator]
internal sealed partial class IsolationOptionsValidator : IValidateOptions<IsolationOptions>;
