using LoraFaaS.Contracts.Admin;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Functions;

namespace LoraFaaS.ControlPlane.Keys;

/// <summary>Checks what a new key is asked to be.</summary>
public static class ApiKeyRequestReader
{
    private const int MaxName = 128;
    private const int MaxFunctions = 256;
    private const int MaxLimit = 1_000_000_000;

    public static Problem? Check(ApiKeyRequest request, DateTimeOffset now, out IReadOnlyList<FunctionName> functions)
    {
        functions = [];

        if (string.IsNullOrWhiteSpace(request.Name) || request.Name.Length > MaxName || request.Name.Any(char.IsControl))
        {
            return Bad("name", $"a name of 1 to {MaxName} characters is required");
        }

        if (request.ExpiresAt <= now)
        {
            return Bad("expiresAt", "lies in the past");
        }

        if (request.Priority is { } word && !FunctionPriorities.TryParse(word, out _))
        {
            return Bad("priority", $"{OneLine.Quote(word)} is none of low, normal and high");
        }

        return CheckLimits(request.Limits ?? ApiKeyLimits.None) ?? ReadFunctions(request.Functions ?? [], out functions);
    }

    private static Problem? CheckLimits(ApiKeyLimits limits)
    {
        foreach (var (name, value) in ((string, int)[])
        [
            ("requestsPerMinute", limits.RequestsPerMinute), ("tokensPerMinute", limits.TokensPerMinute), ("maxConcurrent", limits.MaxConcurrent),
        ])
        {
            if (value is < 0 or > MaxLimit)
            {
                return Bad($"limits.{name}", $"a whole number from 0 (no limit) to {MaxLimit} is required");
            }
        }

        return null;
    }

    private static Problem? ReadFunctions(IReadOnlyList<string> texts, out IReadOnlyList<FunctionName> functions)
    {
        functions = [];

        if (texts.Count > MaxFunctions)
        {
            return Bad("functions", $"{texts.Count} entries, at most {MaxFunctions} are allowed");
        }

        var names = new List<FunctionName>();

        foreach (var text in texts)
        {
            if (!FunctionName.TryParse(text, out var name))
            {
                return Bad("functions", $"{OneLine.Quote(text ?? "")} is not a function's name");
            }

            names.Add(name);
        }

        functions = [.. names.Distinct()];
        return null;
    }

    private static Problem Bad(string field, string message) => new(ErrorCode.InvalidRequest, message, field);
}
