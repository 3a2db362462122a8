using Microsoft.Extensions.Options;

namespace LoraFaaS.Gateway.Async;

/// <summary>A secret that is asked for and not there ends the start: callbacks must not go out unsigned by mistake.</summary>
internal sealed class CallbackSecretValidator : IValidateOptions<AsyncOptions>
{
    private const int ShortestSecret = 16;

    public ValidateOptionsResult Validate(string? name, AsyncOptions options)
    {
        if (options.CallbackSecretFile.Length == 0)
        {
            return ValidateOptionsResult.Success;
        }

        try
        {
            return File.ReadAllText(options.CallbackSecretFile).Trim().Length >= ShortestSecret
                ? ValidateOptionsResult.Success
                : ValidateOptionsResult.Fail($"the secret is shorter than {ShortestSecret} characters (Gateway:Async:CallbackSecretFile)");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return ValidateOptionsResult.Fail($"{exception.Message} (Gateway:Async:CallbackSecretFile)");
        }
    }
}
