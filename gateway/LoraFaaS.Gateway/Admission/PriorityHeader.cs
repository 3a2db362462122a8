using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Invocations;

namespace LoraFaaS.Gateway.Admission;

/// <summary>A caller may ask for less than the function's priority, never for more: whoever can call would ask for the most. What is none of the words is not heard.</summary>
internal static class PriorityHeader
{
    public static FunctionPriority Of(HttpRequest request, FunctionPriority ofFunction) => request.Headers[WireHeaders.Priority] is not [{ } said] ? ofFunction : said switch
    {
        "low" => FunctionPriority.Low,
        "normal" when ofFunction is FunctionPriority.High => FunctionPriority.Normal,
        _ => ofFunction,
    };
}
