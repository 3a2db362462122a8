using LoraFaaS.Contracts.Identity;
using LoraFaaS.Policies.Forecasting;
using LoraFaaS.Policies.Forecasting.Lstm;

namespace LoraFaaS.SystemTests.Platform;

/// <summary>What a controller remembers of functions that were called regularly, written as it writes it.</summary>
internal static class RememberedCalls
{
    private const int Minutes = 303;

    /// <summary>Every ten minutes for five hours, the last time two minutes ago: the next call is all but sure within a quarter of an hour.</summary>
    public static byte[] EveryTenMinutes(string function)
    {
        var now = TimeProvider.System.GetUtcNow();
        var start = now.AddTicks(-(now.UtcTicks % TimeSpan.TicksPerMinute)).AddMinutes(-Minutes);
        var id = FunctionId.TryParse($"{function}.openfaas-fn", out var parsed) ? parsed : throw new InvalidOperationException();
        var book = new ForecastBook(LstmNetwork.New(LstmShape.Default, 1), new ForecastBookLimits(), start);
        book.Watch([id]);

        for (var minute = 1; minute <= Minutes; minute++)
        {
            book.Advance(start.AddMinutes(minute), new Dictionary<FunctionId, int> { [id] = minute % 10 == 1 ? 1 : 0 });
            book.ForecastAll();
        }

        return ForecastBookFile.Write(book);
    }
}
