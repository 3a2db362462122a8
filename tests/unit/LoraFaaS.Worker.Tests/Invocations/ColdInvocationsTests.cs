using LoraFaaS.TestKit.Time;
using LoraFaaS.Worker.Invocations;

namespace LoraFaaS.Worker.Tests.Invocations;

public sealed class ColdInvocationsTests
{
    [Fact]
    public async Task Who_comes_later_is_not_waited_for()
    {
        var cold = new ColdInvocations();
        Assert.True(cold.PresentAsync().IsCompletedSuccessfully);

        var (first, second) = (cold.Begin(), cold.Begin());
        var present = cold.PresentAsync();
        using var later = cold.Begin();

        first.Dispose();
        first.Dispose();
        Assert.False(present.IsCompleted);
        second.Dispose();
        await Patience.ForAsync(present);
        Assert.False(cold.PresentAsync().IsCompleted);
    }
}
