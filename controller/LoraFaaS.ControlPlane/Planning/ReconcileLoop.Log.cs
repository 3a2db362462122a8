using LoraFaaS.Contracts.Identity;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.ControlPlane.Planning;

public sealed partial class ReconcileLoop
{
    [LoggerMessage(2402, LogLevel.Warning, "Functions could not be reconciled: {Message}")]
    private partial void LogUnavailable(string message);

    [LoggerMessage(2403, LogLevel.Information, "Function {Function} is not warm yet: {Message}")]
    private partial void LogNotWarmed(FunctionId function, string message);
}
