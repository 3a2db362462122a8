namespace LoraFaaS.Contracts.Functions;

/// <summary>A <see cref="FunctionPriority"/> by its word: <c>low</c>, <c>normal</c>, <c>high</c>.</summary>
public static class FunctionPriorities
{
    public static string ToWord(this FunctionPriority priority) => priority switch
    {
        FunctionPriority.Low => "low",
        FunctionPriority.High => "high",
        _ => "normal",
    };

    /// <summary>Exactly one of the three words, in lower case.</summary>
    public static bool TryParse(string? word, out FunctionPriority priority)
    {
        FunctionPriority? found = word switch
        {
            "low" => FunctionPriority.Low,
            "normal" => FunctionPriority.Normal,
            "high" => FunctionPriority.High,
            _ => null,
        };
        priority = found ?? FunctionPriority.Normal;

        return found is not null;
    }
}
