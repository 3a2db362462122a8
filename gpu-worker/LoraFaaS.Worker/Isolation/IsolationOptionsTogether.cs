using Microsoft.Extensions.Options;

namespace LoraFaaS.Worker.Isolation;

/// <summary>A measure nobody knows must not be one that is silently not required.</summary>
internal sealed class IsolationOptionsTogether : IValidateOptions<IsolationOptions>
{
    public ValidateOptionsResult Validate(string? name, IsolationOptions options) => options.Unknown is [] ? ValidateOptionsResult.Success
        : ValidateOptionsResult.Fail($"Worker:RequireIsolation: {string.Join(", ", options.Unknown)}: no such measure.");
}
