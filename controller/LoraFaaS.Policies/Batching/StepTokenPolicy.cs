namespace LoraFaaS.Policies.Batching;

/// <summary>
/// How many prompt tokens a step may carry while others decode: as many as keep the time between their tokens within what they were promised,
/// or, where nothing was promised, within less than twice what it is undisturbed (chunked prefill after Sarathi-Serve, OSDI 2024, with the
/// chunk's size from measured times instead of a constant). Nobody decodes: no bound but the step's own. Several prompts wait: where nothing was
/// promised the step grows with their number. With one prompt's room for all of them, prompts that keep coming queue as long as the answers under way
/// let them, and how long each waits is the difference of two large times: every hesitation of the machine shows in it many times over.
/// </summary>
public static class StepTokenPolicy
{
    /// <summary>Longest step beside decodes, in undisturbed ones. Twice is the promise; the rest is for steps that come out longer than foreseen.</summary>
    public const double MostTimesUndisturbed = 1.75;

    /// <summary>What each further prompt that waits adds to the room that the first has: more than its own, so that queues are short.</summary>
    private const double RoomOfFurther = 1.5;

    /// <summary>However many wait: so many times the room that one prompt has.</summary>
    private const double MostRoom = 4;

    /// <summary>Share of a promised time between tokens that a step is planned to take.</summary>
    private const double ShareOfPromise = 0.9;

    /// <summary>A promise that the machine cannot keep anyway must not keep prompts out for ever: they may cost this share of an undisturbed step.</summary>
    private const double LeastRoom = 0.25;

    /// <summary>Before it was measured what a token adds.</summary>
    private const int First = 8;

    /// <summary>
    /// After so many steps in a row with a prompt's tokens one goes without, so that undisturbed times are known, not remembered; and the first does,
    /// since where prompts never cease there would be none otherwise.
    /// </summary>
    private const int StepsBetweenLooks = 32;

    public static int Decide(ReadOnlySpan<StepSequence> sequences, StepTimeModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var (decoding, waiting) = (0, 0);
        var promised = TimeSpan.MaxValue;
        var position = 0L;

        foreach (ref readonly var sequence in sequences)
        {
            if (!sequence.HasCredit)
            {
                continue;
            }

            if (sequence.IsDecoding)
            {
                decoding++;
                promised = sequence.SloTpot is { } slo && slo < promised ? slo : promised;
            }
            else
            {
                waiting++;
                position = Math.Max(position, sequence.Computed);
            }
        }

        return decoding == 0 ? int.MaxValue : Beside(decoding, waiting, promised, position, model);
    }

    private static int Beside(int decoding, int waiting, TimeSpan promised, long position, StepTimeModel model)
    {
        if (model.DecodeTime(decoding) is not { } undisturbed || model.StepsSinceDecodeOnly >= StepsBetweenLooks)
        {
            return 0;
        }

        var share = Math.Clamp(1 + (RoomOfFurther * (waiting - 1)), 1, MostRoom);
        var room = promised == TimeSpan.MaxValue
            ? share * (MostTimesUndisturbed - 1) * undisturbed
            : Max(ShareOfPromise * promised - undisturbed, LeastRoom * undisturbed);
        var tokens = model.TokenTime(position) is { } token ? room / Max(token, undisturbed / 1_000) : First;

        // A token's time is known for chunks as large as they were: twice that is near enough, more is a guess.
        return (int)Math.Clamp(tokens, 1, Math.Max(First, 2.0 * model.LastBeside));
    }

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
