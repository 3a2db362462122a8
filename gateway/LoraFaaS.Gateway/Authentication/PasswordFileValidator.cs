using Microsoft.Extensions.Options;

namespace LoraFaaS.Gateway.Authentication;

/// <summary>A gateway without a usable password does not start.</summary>
internal sealed class PasswordFileValidator : IValidateOptions<GatewayOptions>
{
    public ValidateOptionsResult Validate(string? name, GatewayOptions options) =>
        options.PasswordFile.Length > 0 && PasswordFile.Check(options.PasswordFile) is { } failure
            ? ValidateOptionsResult.Fail(failure)
            : ValidateOptionsResult.Success;
}
