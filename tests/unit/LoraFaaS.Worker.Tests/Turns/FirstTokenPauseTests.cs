using LoraFaaS.Sandbox.Turns;
using LoraFaaS.Worker.Configuration;
using LoraFaaS.Worker.Turns;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Worker.Tests.Turns;

public sealed class FirstTokenPauseTests
{
    [Fact]
    public void It_ends_when_the_worker_has_passed_on_as_many_first_tokens_as_were_sent()
    {
        using var arbiter = Arbiter();
        using var stepper = new Stepper(arbiter, "a");
        var slept = 0;
        var pause = new FirstTokenPause(stepper.Turns, () => slept++);
        stepper.Take();

        // What was passed on before is none of them.
        stepper.Member.Heard();
        pause.Begin();
        stepper.Member.Heard();
        stepper.Member.Heard();

        Assert.True(pause.TryAwait(2));
        Assert.Equal(1, slept);
    }

    [Fact]
    public void It_ends_without_the_worker_too()
    {
        using var arbiter = Arbiter();
        using var stepper = new Stepper(arbiter, "a");
        var pause = new FirstTokenPause(stepper.Turns, () => { });
        stepper.Take();
        pause.Begin();
        stepper.Member.Heard();

        Assert.False(pause.TryAwait(2));
    }

    [Fact]
    public void Who_takes_no_turns_does_not_pause()
    {
        using var turns = new TurnTaker(() => { });
        var pause = new FirstTokenPause(turns, () => Assert.Fail("Its threads were put to sleep."));
        pause.Begin();

        Assert.False(pause.TryAwait(1));
    }

    [Fact]
    public void A_token_of_a_sandbox_that_is_gone_is_passed_on_without_a_word()
    {
        var arbiter = Arbiter();
        var stepper = new Stepper(arbiter, "a");
        stepper.Dispose();
        arbiter.Dispose();

        stepper.Member.Heard();
    }

    private static TurnArbiter Arbiter() =>
        new(Options.Create(new WorkerOptions { TurnLanes = 1, Threads = 2 }), TimeProvider.System, NullLogger<TurnArbiter>.Instance);
}
