using LoraFaaS.Checkpoints.Outcomes;

namespace LoraFaaS.Checkpoints.Tests.Support;

internal static class Refusals
{
    public static Refusal Of<T>(Reading<T> reading) => Assert.IsType<Reading<T>.Refused>(reading).Why;
}
