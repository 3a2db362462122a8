namespace LoraFaaS.Policies.Batching;

/// <summary>
/// How many prompt tokens a step may carry while others decode: as many as keep the time between their tokens within what they were promised,
/// or, where nothing was promised, within less than twice what it is undisturbed (chunked prefill after Sarathi-Serve, OSDI 2024, with the
/// chunk's size from measured times instead of a constant). Nobody decodes: one prompt after the other. Several prompts wait: where nothing was
/// promised the step grows with their number. With one prompt's room for all of them, prompts that keep coming queue as long as the answers under way
/// let them, and how long each waits is the difference of two large times: every hesitation of the machine shows in it many times over. One waits to
/// whom its first token was promised: the step grows to the most, since a promise goes before what nobody promised.
/// </summary>
public static class StepTokenPolicy
{
    /// <summary>Longest step beside decodes, in undisturbed ones. Twice is the promise; the rest is for steps that come out longer than foreseen.</summary>
    public const double MostTimesUndisturbed = 1.75;

    /// <summary>
    /// The same beside a prompt that is short: a reader's time between tokens is the mean of an answer, which a few longer steps do not make, and they come to the
    /// same computing. Its first token comes sooner, and prompts meet less often. In a model of eight callers 3.25 gives little more than this, and 4 less.
    /// </summary>
    public const double MostTimesBesideShort = 2.75;

    /// <summary>A prompt is short that takes at most so many undisturbed steps to compute: seven steps beside it, and in the mean of sixteen tokens still within the bound of long ones.</summary>
    private const double ShortPrompt = 12;

    /// <summary>What each further prompt that waits adds to the room that the first has: more than its own, so that queues are short.</summary>
    private const double RoomOfFurther = 1.5;

    /// <summary>The same of short ones: their room is large to begin with, and one that waits lets those it waits for be done sooner.</summary>
    private const double RoomOfFurtherShort = 0.25;

    /// <summary>So many times its room a prompt's last chunk may be: a step of its own for a few tokens that are left costs everybody more.</summary>
    private const double LastChunk = 4.0 / 3;

    /// <summary>Tokens of a prompt that nobody decodes beside, whatever others promised: fewer would cost their weights' reading again and again.</summary>
    public const int LeastAlone = 32;

    /// <summary>
    /// Prompts with fewer tokens than this share a step that nobody decodes in: up to here most of its time is the weights' reading, which is done once for all of them.
    /// </summary>
    public const int Together = 64;

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

    /// <summary>Most prefill tokens of a step in which somebody decodes.</summary>
    /// <param name="sequences">All live sequences.</param>
    /// <param name="model">What steps took so far.</param>
    /// <param name="longest">Most that the step ought to take for other sandboxes' sake; null: no such bound.</param>
    public static int Decide(ReadOnlySpan<StepSequence> sequences, StepTimeModel model, TimeSpan? longest = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        var beside = Beside.Of(sequences);

        return beside.Decoding == 0 ? int.MaxValue : Decide(beside, model, longest);
    }

    /// <summary>
    /// True: this step is the prompts' alone, and who decodes waits. Where others' promises bound the step so much that a promised first token has not the room beside decodes that it
    /// would have otherwise, that step is made in pieces: prompts until they have had that room, then one with decodes. Decodes come as often as they would have, and promises press less.
    /// </summary>
    /// <param name="sequences">All live sequences.</param>
    /// <param name="model">What steps took so far.</param>
    /// <param name="longest">Most that the step ought to take for other sandboxes' sake; null: no such bound.</param>
    /// <param name="sinceDecode">What steps without decodes took since the last one with.</param>
    public static bool DecodesWait(ReadOnlySpan<StepSequence> sequences, StepTimeModel model, TimeSpan? longest, TimeSpan sinceDecode)
    {
        ArgumentNullException.ThrowIfNull(model);

        if (longest is not { } bound)
        {
            return false;
        }

        var beside = Beside.Of(sequences);

        return beside is { Decoding: > 0, IsPromised: true, SloTpot: null }
            && model.DecodeTime(beside.Decoding) is { } undisturbed
            && Share(beside, model, undisturbed) * undisturbed is var room
            && bound - undisturbed < room
            && sinceDecode < room;
    }

    /// <summary>
    /// Most tokens of a step, whoever decodes in it. For other sandboxes' sake where a longest step is given; and where nobody decodes, the first prompt's own: all
    /// prompts in one step would have their first tokens when the last of them is computed, and go on, end and come back together, to wait for each other again.
    /// </summary>
    public static int MostTokens(ReadOnlySpan<StepSequence> sequences, StepTimeModel model, TimeSpan? longest)
    {
        ArgumentNullException.ThrowIfNull(model);

        var (decoding, position) = (0, 0L);

        foreach (ref readonly var sequence in sequences)
        {
            decoding += sequence is { HasCredit: true, IsDecoding: true } ? 1 : 0;
            position = Math.Max(position, sequence.Computed);
        }

        var most = decoding == 0 ? Math.Max(Together, PendingOfFirst(sequences)) : int.MaxValue;

        return longest is { } bound ? Math.Min(most, MostWithin(bound, decoding, position, model)) : most;
    }

    private static int MostWithin(TimeSpan bound, int decoding, long position, StepTimeModel model) =>
        model.TokenTime(position) is { } token && token > TimeSpan.Zero
            ? Math.Max(decoding + LeastAlone, (int)Math.Min(int.MaxValue / 2, bound / token))
            : decoding + (2 * LeastAlone);

    /// <summary>In the order in which steps are dealt; 0 where none waits.</summary>
    private static int PendingOfFirst(ReadOnlySpan<StepSequence> sequences)
    {
        var (due, arrival, pending) = (long.MaxValue, long.MaxValue, 0);

        foreach (ref readonly var sequence in sequences)
        {
            if (sequence.HasCredit && (sequence.Due, sequence.Arrival).CompareTo((due, arrival)) <= 0)
            {
                (due, arrival, pending) = (sequence.Due, sequence.Arrival, sequence.Pending);
            }
        }

        return pending;
    }

    private static int Decide(in Beside beside, StepTimeModel model, TimeSpan? longest)
    {
        if (model.DecodeTime(beside.Decoding) is not { } undisturbed || model.StepsSinceDecodeOnly >= StepsBetweenLooks)
        {
            return 0;
        }

        var room = beside.SloTpot is { } promised
            ? Max(ShareOfPromise * promised - undisturbed, LeastRoom * undisturbed)
            : Share(beside, model, undisturbed) * undisturbed;

        if (longest is { } bound && bound - undisturbed < room)
        {
            room = Max(bound - undisturbed, LeastRoom * undisturbed);
        }

        var tokens = model.TokenTime(beside.Position) is { } token ? room / Max(token, undisturbed / 1_000) : First;

        // A token's time is known for chunks as large as they were: twice that is near enough, more is a guess.
        var most = (int)Math.Clamp(tokens, 1, Math.Max(First, 2.0 * model.MostBeside));
        return most < beside.LeastPending && beside.LeastPending <= LastChunk * most && beside.SloTpot is null && longest is null ? beside.LeastPending : most;
    }

    /// <summary>What prompts may add to a step where no time between tokens is promised, in undisturbed steps.</summary>
    private static double Share(in Beside beside, StepTimeModel model, TimeSpan undisturbed)
    {
        if (beside.IsPromised)
        {
            return MostRoom * (MostTimesUndisturbed - 1);
        }

        // By what its middle token takes: far from where it was learnt the time at a prompt's beginning is a guess, and may be none.
        var isShort = model.TokenTime(beside.Longest / 2) is { } token && token > TimeSpan.Zero && beside.Longest * token <= ShortPrompt * undisturbed;
        var (times, further) = isShort ? (MostTimesBesideShort, RoomOfFurtherShort) : (MostTimesUndisturbed, RoomOfFurther);
        return Math.Clamp(1 + (further * (beside.Waiting - 1)), 1, MostRoom) * (times - 1);
    }

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;

    /// <summary>Who decodes and who waits in the step to come.</summary>
    private struct Beside()
    {
        public int Decoding;
        public int Waiting;

        /// <summary>The shortest time between tokens that one of those who decode was promised.</summary>
        public TimeSpan? SloTpot;

        /// <summary>One that waits was promised its first token.</summary>
        public bool IsPromised;

        /// <summary>How far the furthest prompt is: what its next tokens' attention reads.</summary>
        public long Position;

        /// <summary>Tokens of the longest prompt.</summary>
        public int Longest;

        /// <summary>Tokens that the prompt with fewest has yet to run.</summary>
        public int LeastPending = int.MaxValue;

        public static Beside Of(ReadOnlySpan<StepSequence> sequences)
        {
            var beside = new Beside();

            foreach (ref readonly var sequence in sequences)
            {
                if (sequence.HasCredit)
                {
                    beside.Add(sequence);
                }
            }

            return beside;
        }

        private void Add(in StepSequence sequence)
        {
            if (sequence.IsDecoding)
            {
                Decoding++;
                SloTpot = sequence.SloTpot is { } slo && !(SloTpot <= slo) ? slo : SloTpot;
                return;
            }

            Waiting++;
            IsPromised |= sequence.SloTtft is not null;
            Position = Math.Max(Position, sequence.Computed);
            Longest = Math.Max(Longest, sequence.Tokens);
            LeastPending = Math.Min(LeastPending, sequence.Pending);
        }
    }
}
