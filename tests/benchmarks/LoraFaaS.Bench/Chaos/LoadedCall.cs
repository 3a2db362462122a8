namespace LoraFaaS.Bench.Chaos;

/// <summary>
/// A synchronous call and how it ended, by the run's clock. <see cref="Failure"/> is null where the right answer came; <see cref="Refusals"/> says how
/// often it was told to come again before that.
/// </summary>
internal sealed record LoadedCall(string Id, string Gateway, TimeSpan Begun, TimeSpan Ended, string? Failure, bool WrongAnswer, int Refusals)
{
    /// <summary>It went through a gateway that was killed meanwhile: its connection went too, and nobody could answer on it.</summary>
    public bool IsExcused(IEnumerable<DoneFault> faults) =>
        faults.Any(fault => fault.Gateway == Gateway && fault.Meets(this));
}
