using Microsoft.Extensions.Options;

namespace LoraFaaS.Worker.Configuration;

[OptionsValidator]
internal sealed partial class HandlerOptionsValidator : IValidateOptions<HandlerOptions>;
