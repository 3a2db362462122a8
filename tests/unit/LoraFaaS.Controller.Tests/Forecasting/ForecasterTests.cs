using LoraFaaS.Contracts.Identity;
using LoraFaaS.Controller.Tests.Support;
using LoraFaaS.ControlPlane.Forecasting;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Policies.Forecasting;
using LoraFaaS.Policies.Forecasting.Lstm;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LoraFaaS.Controller.Tests.Forecasting;

public sealed class ForecasterTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task What_gateways_report_is_forecast_each_minute_and_compared_with_what_came()
    {
        await using var plane = await PlaneAsync();
        var forecaster = plane.Get<Forecaster>();
        Assert.All(plane.Get<IForecasts>().Current.Functions.Values, forecast => Assert.Equal(PredictorKind.Prior, forecast.Predictor));

        await PlayAsync(plane, forecaster, minutes: 100, every: 10);

        var current = plane.Get<IForecasts>().Current;
        var busy = current.Functions[Facts.Id("busy")];
        Assert.Equal(plane.Clock.GetUtcNow(), current.At);
        Assert.True(busy.Calls.FifteenMinutes.AtLeastOne > 0.8, $"{busy.Calls.FifteenMinutes}");
        Assert.True(current.Functions[Facts.Id("quiet")].Calls.FifteenMinutes.AtLeastOne < 0.3);
        Assert.Equal(6, current.Outcomes[Facts.Id("busy")].Sum(outcome => outcome.Came));
        Assert.Equal(60, current.Outcomes[Facts.Id("busy")].Count);
    }

    [Fact]
    public async Task Busy_functions_are_forecast_again_between_minutes()
    {
        await using var plane = await PlaneAsync();
        var forecaster = plane.Get<Forecaster>();
        await PlayAsync(plane, forecaster, minutes: 20, every: 1);
        var minute = plane.Clock.GetUtcNow();

        plane.Clock.Advance(Forecaster.Interval);
        await forecaster.TurnAsync(None);

        var current = plane.Get<IForecasts>().Current;
        Assert.Equal(minute + Forecaster.Interval, current.Functions[Facts.Id("busy")].MadeAt);
        Assert.Equal(minute, current.Functions[Facts.Id("quiet")].MadeAt);
    }

    [Fact]
    public async Task A_restart_forgets_no_history()
    {
        await using var plane = await PlaneAsync();
        var forecaster = plane.Get<Forecaster>();
        await PlayAsync(plane, forecaster, minutes: 60, every: 2);
        await forecaster.SaveAsync(None);

        var next = ActivatorUtilities.CreateInstance<Forecaster>(plane.Get<IServiceProvider>());
        plane.Clock.Advance(TimeSpan.FromMinutes(1));
        await next.TurnAsync(None);

        Assert.True(plane.Get<IForecasts>().Current.Functions[Facts.Id("busy")].Calls.FiveMinutes.AtLeastOne > 0.8);
    }

    [Fact]
    public async Task Who_is_started_within_a_minute_forecasts_everybody_at_once()
    {
        await using var plane = await PlaneAsync();
        var forecaster = plane.Get<Forecaster>();
        await PlayAsync(plane, forecaster, minutes: 60, every: 2);
        plane.Clock.Advance(Forecaster.Interval);
        await forecaster.TurnAsync(None);
        await forecaster.SaveAsync(None);

        var board = new ForecastBoard();
        var next = ActivatorUtilities.CreateInstance<Forecaster>(plane.Get<IServiceProvider>(), board);
        plane.Clock.Advance(Forecaster.Interval);
        Assert.True(board.Current.IsNone);
        await next.TurnAsync(None);

        Assert.False(board.Current.IsNone);
        Assert.True(board.Current.Functions[Facts.Id("busy")].Calls.FiveMinutes.AtLeastOne > 0.8);
        Assert.True(board.Current.Functions[Facts.Id("quiet")].Calls.FiveMinutes.AtLeastOne < 0.5);
    }

    [Fact]
    public async Task Damaged_histories_are_not_used()
    {
        await using var plane = await PlaneAsync();
        await plane.Get<IForecastStore>().SaveAsync(ForecastMemory.Histories, new byte[] { 1, 2, 3 }, None);

        await PlayAsync(plane, plane.Get<Forecaster>(), minutes: 2, every: 1);

        Assert.Equal(2, plane.Get<IForecasts>().Current.Functions.Count);
    }

    [Fact]
    public async Task A_counter_that_was_lost_counts_from_nothing_again()
    {
        await using var plane = await PlaneAsync();
        var forecaster = plane.Get<Forecaster>();
        await PlayAsync(plane, forecaster, minutes: 3, every: 1);

        // As Redis after a restart: lower than what was seen.
        var warm = plane.Get<IWarmStateStore>();
        await warm.AddArrivalsAsync(new Dictionary<FunctionId, long> { [Facts.Id("busy")] = -2 }, None);
        plane.Clock.Advance(TimeSpan.FromMinutes(1));
        await forecaster.TurnAsync(None);
        await PlayAsync(plane, forecaster, minutes: 1, every: 100);

        Assert.Equal([1, 0], plane.Get<IForecasts>().Current.Outcomes[Facts.Id("busy")].TakeLast(2).Select(outcome => outcome.Came));
    }

    [Fact]
    public async Task The_school_learns_from_what_came_and_remembers_it()
    {
        await using var plane = await PlaneAsync(("Controller:Forecast:SaveInterval", "00:00:10"));
        var forecaster = plane.Get<Forecaster>();
        var school = plane.Get<IEnumerable<IHostedService>>().OfType<NetworkSchool>().Single();
        await school.TurnAsync(None);

        // Thirty lessons of half an hour each, of one function.
        await PlayAsync(plane, forecaster, minutes: 34 * 31, every: 3, async minute =>
        {
            if (minute % 100 == 0)
            {
                await school.TurnAsync(None);
            }
        });
        await school.TurnAsync(None);

        Assert.True(plane.Get<NetworkBoard>().Current.Updates > 0);
        var saved = await plane.Get<IForecastStore>().LoadAsync(ForecastMemory.Network, None);
        Assert.NotNull(saved);
        Assert.True(LstmTrainer.TryRestore(saved, LstmShape.Default, out var trainer, out _));
        Assert.Equal(plane.Get<NetworkBoard>().Current.Updates, trainer.Updates);
    }

    private static async Task<ControlPlaneUnderTest> PlaneAsync(params (string Key, string Value)[] settings)
    {
        var plane = new ControlPlaneUnderTest(settings);
        await plane.AddFunctionAsync("busy");
        await plane.AddFunctionAsync("quiet");
        await plane.Get<Forecaster>().TurnAsync(None);
        return plane;
    }

    /// <summary>A turn each minute; the busy function is called once every so many.</summary>
    private static async Task PlayAsync(ControlPlaneUnderTest plane, Forecaster forecaster, int minutes, int every, Func<int, Task>? each = null)
    {
        var warm = plane.Get<IWarmStateStore>();

        for (var minute = 0; minute < minutes; minute++)
        {
            if (minute % every == every - 1)
            {
                await warm.AddArrivalsAsync(new Dictionary<FunctionId, long> { [Facts.Id("busy")] = 1 }, None);
            }

            plane.Clock.Advance(TimeSpan.FromMinutes(1));
            await forecaster.TurnAsync(None);

            if (each is not null)
            {
                await each(minute);
            }
        }
    }
}
