using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Invocations;

namespace LoraFaaS.Gateway.Admission;

/// <summary>What a caller asks for. What is none of the words is not heard.</summary>
internal static class PriorityHeader
{
    public static FunctionPriority? Of(HttpRequest request) =>
        request.Headers[WireHeaders.Priority] is [{ } said] && FunctionPriorities.TryParse(said, out var priority) ? priority : null;
}
