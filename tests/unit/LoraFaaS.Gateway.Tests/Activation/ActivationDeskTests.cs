using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Gateway.Activation;
using LoraFaaS.Gateway.Routing;
using LoraFaaS.Gateway.Tests.Fakes;
using LoraFaaS.TestKit.Time;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Gateway.Tests.Activation;

public sealed class ActivationDeskTests
{
    private static readonly ActivationOutcome.Ready Ready = new(new WorkerId("w1"), "http://127.0.0.1:1");

    private readonly ScriptedActivator _activator = new();
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public async Task A_burst_asks_once_and_all_get_the_answer()
    {
        var desk = Desk();
        var callers = Enumerable.Range(0, 10).Select(_ => desk.ActivateAsync(Given.Entry(), CancellationToken.None)).ToArray();
        await Patience.ForAsync(_activator.Called);

        _activator.Answer(Ready);

        Assert.All(await Patience.ForAsync(Task.WhenAll(callers)), outcome => Assert.Equal(Ready, outcome));
        Assert.Equal(1, _activator.Calls);
    }

    [Fact]
    public async Task Different_revisions_fly_apart()
    {
        var desk = Desk();
        var one = desk.ActivateAsync(Given.Entry("one"), CancellationToken.None);
        var two = desk.ActivateAsync(Given.Entry("two"), CancellationToken.None);
        await Patience.UntilAsync(() => _activator.Calls == 2);

        _activator.Answer(Ready);

        await Patience.ForAsync(Task.WhenAll(one, two));
    }

    [Fact]
    public async Task Beyond_the_bound_a_caller_is_refused_with_a_time_to_come_back()
    {
        var desk = Desk(maxWaiters: 2);
        var first = desk.ActivateAsync(Given.Entry(), CancellationToken.None);
        var second = desk.ActivateAsync(Given.Entry(), CancellationToken.None);

        var third = await desk.ActivateAsync(Given.Entry(), CancellationToken.None);

        Assert.True(Assert.IsType<ActivationOutcome.Full>(third).RetryAfter >= TimeSpan.FromSeconds(1));
        await Patience.ForAsync(_activator.Called);
        _activator.Answer(Ready);
        await Patience.ForAsync(Task.WhenAll(first, second));
    }

    [Fact]
    public async Task One_who_leaves_does_not_stop_the_others()
    {
        var desk = Desk();
        using var impatient = new CancellationTokenSource();
        var leaving = desk.ActivateAsync(Given.Entry(), impatient.Token);
        var staying = desk.ActivateAsync(Given.Entry(), CancellationToken.None);
        await Patience.ForAsync(_activator.Called);

        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving);
        _activator.Answer(Ready);

        Assert.Equal(Ready, await Patience.ForAsync(staying));
    }

    [Fact]
    public async Task When_the_last_one_leaves_the_flight_is_given_up_and_the_next_caller_asks_anew()
    {
        var desk = Desk();
        using var impatient = new CancellationTokenSource();
        var leaving = desk.ActivateAsync(Given.Entry(), impatient.Token);
        await Patience.ForAsync(_activator.Called);

        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving);
        await Patience.ForAsync(_activator.GivenUp);

        var next = desk.ActivateAsync(Given.Entry(), CancellationToken.None);
        await Patience.UntilAsync(() => _activator.Calls == 2);
        _activator.Answer(Ready);
        Assert.Equal(Ready, await Patience.ForAsync(next));
    }

    [Fact]
    public async Task A_refusal_is_not_remembered()
    {
        var desk = Desk();
        var refused = desk.ActivateAsync(Given.Entry(), CancellationToken.None);
        await Patience.ForAsync(_activator.Called);
        _activator.Answer(new ActivationOutcome.Refused(new Problem(ErrorCode.NoCapacity, "full")));
        Assert.IsType<ActivationOutcome.Refused>(await Patience.ForAsync(refused));

        var again = desk.ActivateAsync(Given.Entry(), CancellationToken.None);
        await Patience.UntilAsync(() => _activator.Calls == 2);
        _activator.Answer(Ready);

        Assert.Equal(Ready, await Patience.ForAsync(again));
    }

    private ActivationDesk Desk(int maxWaiters = 100) => new(
        _activator, new ActivationEstimate(), Options.Create(new GatewayOptions { MaxWaiters = maxWaiters }), _clock);

    private sealed class ScriptedActivator : IActivator
    {
        private readonly TaskCompletionSource _called = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _givenUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private TaskCompletionSource<ActivationOutcome> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _calls;

        public int Calls => Volatile.Read(ref _calls);

        public Task Called => _called.Task;

        public Task GivenUp => _givenUp.Task;

        public void Answer(ActivationOutcome outcome) =>
            Interlocked.Exchange(ref _answer, new TaskCompletionSource<ActivationOutcome>(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult(outcome);

        public async Task<ActivationOutcome> ActivateAsync(RouteEntry route, TimeSpan timeLeft, CancellationToken cancellationToken)
        {
            var answer = _answer.Task;
            Interlocked.Increment(ref _calls);
            _called.TrySetResult();

            try
            {
                return await answer.WaitAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                _givenUp.TrySetResult();
                throw;
            }
        }
    }
}
