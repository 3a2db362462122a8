using LoraFaaS.Contracts.Identity;
using LoraFaaS.Policies.Forecasting;
using LoraFaaS.Policies.Forecasting.Learning;
using LoraFaaS.Policies.Forecasting.Lstm;

namespace LoraFaaS.Policies.Tests.Forecasting;

public sealed class ForecastBookTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);
    private static readonly FunctionId Timer = Function("timer.a");
    private static readonly FunctionId Quiet = Function("quiet.b");
    private static readonly LstmNetwork Network = LstmNetwork.New(LstmShape.Default, 1);

    [Fact]
    public void A_watched_functions_rhythm_is_forecast()
    {
        var book = Book();
        IReadOnlyList<FunctionForecast> forecasts = [];
        Play(book, minutes: 195, timerEvery: 10, forecast => forecasts = forecast);

        var timer = forecasts.Single(forecast => forecast.Function == Timer);
        var quiet = forecasts.Single(forecast => forecast.Function == Quiet);
        Assert.Equal(Start.AddMinutes(195), timer.MadeAt);
        Assert.True(timer.Calls.FifteenMinutes.AtLeastOne > 0.9, $"{timer.Calls.FifteenMinutes}");
        Assert.True(timer.Calls.OneMinute.AtLeastOne < 0.2, $"{timer.Calls.OneMinute}");
        Assert.True(quiet.Calls.FifteenMinutes.AtLeastOne < 0.2, $"{quiet.Calls.FifteenMinutes}");

        var outcomes = book.OutcomesOf(Timer);
        Assert.Equal(60, outcomes.Count);
        Assert.Equal(6, outcomes.Sum(outcome => outcome.Came));
        Assert.Equal(Start.AddMinutes(194), outcomes[^1].Minute);
    }

    [Fact]
    public void Only_functions_called_lately_are_forecast_between_minutes()
    {
        var book = Book();
        Play(book, minutes: 31, timerEvery: 10, _ => { });
        book.Advance(Start.AddMinutes(31).AddSeconds(10), new Dictionary<FunctionId, int>());

        Assert.Equal([Timer], book.ForecastHot().Select(forecast => forecast.Function));
        Assert.False(book.IsWholeMinute);
    }

    /// <summary>Idle for less than no minutes once made the network's answer no number, and with it everybody's forecasts and the plan.</summary>
    [Fact]
    public void A_function_whose_first_call_comes_in_an_open_minute_is_forecast_in_numbers()
    {
        var book = Book();
        book.Advance(Start.AddSeconds(10), new Dictionary<FunctionId, int> { [Quiet] = 1 });

        var forecast = Assert.Single(book.ForecastHot());

        Assert.Equal(Quiet, forecast.Function);

        foreach (var horizon in ForecastHorizons.All)
        {
            var said = forecast.Calls[horizon];
            Assert.InRange(said.AtLeastOne, 0, 1);
            Assert.True(float.IsFinite(said.Mean), $"{horizon}: {said}");
            Assert.True(float.IsFinite(said.Quantiles.P99), $"{horizon}: {said}");
        }
    }

    [Fact]
    public void Lessons_hold_what_came_after_each_step()
    {
        var book = Book();
        var lessons = new List<Lesson>();
        Play(book, minutes: 120, timerEvery: 10, _ => lessons.AddRange(book.TakeLessons()));

        Assert.NotEmpty(lessons);

        foreach (var lesson in lessons)
        {
            Assert.True(lesson.IsComplete);
            Assert.DoesNotContain(lesson.Calls, float.IsNaN);
            var minutes = Enumerable.Range(0, Lesson.Steps).Select(step => lesson.Calls[step * 4 + 1]).ToList();
            Assert.InRange(minutes.Sum(), 1, 2);
            Assert.Equal(minutes.Take(5).Sum(), lesson.Calls[2]);
        }
    }

    [Fact]
    public void A_learner_makes_as_many_updates_as_there_is_something_new()
    {
        var book = Book();
        var learner = new OnlineLearner(new LstmTrainer(LstmShape.Default, 1), new Random(1));
        Play(book, minutes: 60, timerEvery: 3, _ => book.TakeLessons().ToList().ForEach(learner.Add));
        Assert.False(learner.IsDue);

        var lesson = Lessons(book, 1)[0];

        for (var i = 0; i < OnlineLearner.BatchLessons; i++)
        {
            learner.Add(lesson);
        }

        var updates = 0;

        while (learner.IsDue)
        {
            Assert.True(double.IsFinite(learner.Update()));
            updates++;
        }

        Assert.InRange(updates, 8, 10);
        Assert.Equal(updates, learner.Trainer.Updates);
    }

    [Fact]
    public void Histories_survive_as_bytes()
    {
        var book = Book();
        Play(book, minutes: 500, timerEvery: 7, _ => { });
        var bytes = ForecastBookFile.Write(book);
        var other = new ForecastBook(Network, new ForecastBookLimits(), Start.AddDays(3));

        Assert.True(ForecastBookFile.TryRead(bytes, other, out _));
        Assert.Equal(book.End, other.End);
        Assert.Equal(2, other.Count);
        Assert.Equal(bytes, ForecastBookFile.Write(other));
        Assert.True(bytes.Length < 9_000, $"{bytes.Length}");
    }

    [Fact]
    public void Whom_the_gate_believes_survives_too()
    {
        var book = Book();
        IReadOnlyList<FunctionForecast> before = [], after = [];
        Play(book, minutes: 500, timerEvery: 7, _ => { });
        var other = new ForecastBook(Network, new ForecastBookLimits(), Start.AddDays(3));
        Assert.True(ForecastBookFile.TryRead(ForecastBookFile.Write(book), other, out _));

        foreach (var (which, keep) in new (ForecastBook, Action<IReadOnlyList<FunctionForecast>>)[] { (book, said => before = said), (other, said => after = said) })
        {
            which.Advance(which.End.AddMinutes(1), new Dictionary<FunctionId, int>());
            keep(which.ForecastAll());
        }

        foreach (var (kept, anew) in before.OrderBy(said => said.Function.ToString()).Zip(after.OrderBy(said => said.Function.ToString())))
        {
            Assert.Equal(kept.Predictor, anew.Predictor);
            Assert.Equal(kept.Calls.OneMinute.AtLeastOne, anew.Calls.OneMinute.AtLeastOne, 2);
        }
    }

    [Fact]
    public void A_function_without_history_is_expected_to_be_called_like_its_namespace()
    {
        var book = Book();
        Play(book, minutes: 240, timerEvery: 2, _ => { });
        FunctionId[] fresh = [Function("fresh.a"), Function("fresh.b"), Function("fresh.nobody")];
        book.Watch([Timer, Quiet, .. fresh]);
        book.Advance(book.End.AddMinutes(1), new Dictionary<FunctionId, int>());
        var forecasts = book.ForecastAll().ToDictionary(said => said.Function, said => said.Calls.FifteenMinutes.AtLeastOne);

        // Its namespace is called every other minute; the other one never; of the third nothing is known but everybody's rate.
        Assert.True(forecasts[fresh[0]] > 0.5, $"{forecasts[fresh[0]]}");
        Assert.True(forecasts[fresh[1]] < forecasts[fresh[2]] && forecasts[fresh[2]] < forecasts[fresh[0]], $"{forecasts[fresh[1]]}, {forecasts[fresh[2]]}, {forecasts[fresh[0]]}");
    }

    [Fact]
    public void A_new_function_of_a_quiet_namespace_is_believed_by_its_own_calls_from_its_second_minute_on()
    {
        var book = Book();
        Play(book, minutes: 240, timerEvery: 2, _ => { });
        var fresh = Function("fresh.b");
        book.Watch([Timer, Quiet, fresh]);

        for (var cell = 0; cell < 7; cell++)
        {
            book.Advance(book.End.AddSeconds(10), new Dictionary<FunctionId, int> { [fresh] = 3 });

            if (book.IsWholeMinute)
            {
                book.ForecastAll();
            }
        }

        var said = Assert.Single(book.ForecastHot(), forecast => forecast.Function == fresh).Calls;

        Assert.True(said.FiveMinutes.AtLeastOne > 0.8, $"{said.FiveMinutes}");
        Assert.True(said.OneMinute.Mean > 1, $"{said.OneMinute}");
    }

    [Fact]
    public void A_single_call_does_not_make_a_new_function_busy()
    {
        var book = Book();
        Play(book, minutes: 240, timerEvery: 2, _ => { });
        var fresh = Function("fresh.b");
        book.Watch([Timer, Quiet, fresh]);
        book.Advance(book.End.AddMinutes(1), new Dictionary<FunctionId, int> { [fresh] = 1 });
        var said = book.ForecastAll().Single(forecast => forecast.Function == fresh);

        Assert.Equal(PredictorKind.Prior, said.Predictor);
        Assert.True(said.Calls.OneMinute.AtLeastOne < 0.2, $"{said.Calls.OneMinute}");
    }

    [Fact]
    public void Lessons_survive_as_bytes_and_are_not_news()
    {
        var learner = new OnlineLearner(new LstmTrainer(LstmShape.Default, 1), new Random(1));
        Lessons(Book(), 40).ForEach(learner.Add);
        var bytes = learner.Remember();
        var next = new OnlineLearner(new LstmTrainer(LstmShape.Default, 1), new Random(1));

        Assert.True(next.TryRecall(bytes, out _));
        Assert.False(next.IsDue);
        Assert.Equal(bytes, next.Remember());

        bytes[^60] ^= 1;
        Assert.False(next.TryRecall(bytes, out var problem));
        Assert.NotEmpty(problem);
        Assert.False(next.TryRecall([1, 2, 3], out _));
    }

    [Fact]
    public void Damaged_bytes_are_refused()
    {
        var book = Book();
        Play(book, minutes: 5, timerEvery: 2, _ => { });
        var bytes = ForecastBookFile.Write(book);

        foreach (var at in new[] { 0, 5, 30, bytes.Length - 1 })
        {
            var damaged = bytes.ToArray();
            damaged[at] ^= 0x10;
            Assert.False(ForecastBookFile.TryRead(damaged, Book(), out var problem));
            Assert.NotEmpty(problem);
        }

        Assert.False(ForecastBookFile.TryRead(bytes.AsSpan(0, 10), Book(), out _));
    }

    [Fact]
    public void A_long_silence_of_the_observer_is_not_taken_for_a_silence_of_callers()
    {
        var book = Book();
        Play(book, minutes: 60, timerEvery: 1, _ => { });
        book.Advance(Start.AddMinutes(60).AddHours(9), new Dictionary<FunctionId, int>());

        Assert.Equal(Start.AddHours(10), book.End);
        Assert.Equal(2, book.ForecastAll().Count);
    }

    [Fact]
    public void The_book_stays_within_its_limit()
    {
        var book = new ForecastBook(Network, new ForecastBookLimits { Functions = 3 }, Start);
        book.Watch([.. Enumerable.Range(0, 10).Select(i => Function($"f{i}.a"))]);
        Assert.Equal(3, book.Count);

        book.Watch([Timer]);
        Assert.Equal(1, book.Count);
    }

    private static ForecastBook Book()
    {
        var book = new ForecastBook(Network, new ForecastBookLimits(), Start);
        book.Watch([Timer, Quiet]);
        return book;
    }

    private static void Play(ForecastBook book, int minutes, int timerEvery, Action<IReadOnlyList<FunctionForecast>> each)
    {
        for (var minute = 0; minute < minutes; minute++)
        {
            for (var cell = 1; cell <= 6; cell++)
            {
                var arrivals = new Dictionary<FunctionId, int> { [Timer] = minute % timerEvery == 0 && cell == 2 ? 1 : 0 };
                book.Advance(Start.AddMinutes(minute).AddSeconds(10 * cell), arrivals);
            }

            each(book.ForecastAll());
        }
    }

    private static List<Lesson> Lessons(ForecastBook book, int least)
    {
        var lessons = new List<Lesson>();
        var at = book.End;

        while (lessons.Count < least)
        {
            at = at.AddMinutes(1);
            book.Advance(at, new Dictionary<FunctionId, int> { [Timer] = 1 });
            book.ForecastAll();
            lessons.AddRange(book.TakeLessons());
        }

        return lessons;
    }

    private static FunctionId Function(string text) => FunctionId.TryParse(text, out var id) ? id : throw new ArgumentException(text);
}
