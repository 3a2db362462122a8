using System.Globalization;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Protocol.Handler;
using LoraFaaS.Worker.Control;
using LoraFaaS.Worker.Isolation;

namespace LoraFaaS.Worker.Handlers;

/// <summary>What one handler's code prints and logs, as lines of its function: one line each, no control characters, within a budget.</summary>
internal sealed class HandlerLog(FunctionId function, FunctionLog log, int linesPerSecond, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly LogBudget _budget = new(linesPerSecond);
    private readonly long _begun = time.GetTimestamp();

    public void Write(string line)
    {
        lock (_gate)
        {
            if (!_budget.TryTake(time.GetElapsedTime(_begun), out var dropped))
            {
                return;
            }

            if (dropped > 0)
            {
                log.Write(function, string.Create(CultureInfo.InvariantCulture, $"{dropped} lines were dropped: the code writes faster than a log is kept"));
            }

            log.Write(function, OneLine.Of(line, HandlerLimits.MaxLineChars));
        }
    }
}
