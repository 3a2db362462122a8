using Microsoft.Extensions.Options;

namespace LoraFaaS.Worker.Configuration;

/// <summary>What the attributes say. <see cref="WorkerOptionsTogether"/> adds how the options fit together.</summary>
[OptionsValidator]
internal sealed partial class WorkerOptionsValidator : IValidateOptions<WorkerOptions>;
