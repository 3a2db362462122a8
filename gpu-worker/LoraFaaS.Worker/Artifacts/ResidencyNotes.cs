using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;

namespace LoraFaaS.Worker.Artifacts;

/// <summary>
/// Since when each artifact is where it is, and why it came. Those who bring one say why; the inventory, taken at every change, sees it arrive and
/// writes the two together. It decides nothing.
/// </summary>
internal sealed class ResidencyNotes(TimeProvider time)
{
    public const string Found = "found on disk at start";
    private const string Unsaid = "an invocation";

    /// <summary>Reasons of things that never came are forgotten all at once.</summary>
    private const int MaxReasons = 8_192;

    private readonly Lock _gate = new();
    private readonly Dictionary<ArtifactName, string> _reasons = [];
    private Dictionary<Place, Note> _notes = [];
    private bool _hasBegun;

    /// <summary>Whoever is about to bring it says why.</summary>
    public void Because(ArtifactName artifact, string reason)
    {
        lock (_gate)
        {
            if (_reasons.Count >= MaxReasons)
            {
                _reasons.Clear();
            }

            _reasons[artifact] = reason.Length > 0 ? reason : Unsaid;
        }
    }

    /// <summary>For each place, in order: how long, and why. What is not named any more is forgotten.</summary>
    public IReadOnlyList<(TimeSpan Age, string Reason)> See(IReadOnlyList<Place> places)
    {
        lock (_gate)
        {
            var next = new Dictionary<Place, Note>(places.Count);
            var seen = new List<(TimeSpan, string)>(places.Count);

            foreach (var place in places)
            {
                var note = _notes.TryGetValue(place, out var known) ? known : new Note(time.GetTimestamp(), ReasonOf(place));
                next[place] = note;
                seen.Add((time.GetElapsedTime(note.Since), note.Reason));
            }

            _notes = next;
            _hasBegun = true;
            return seen;
        }
    }

    private string ReasonOf(Place place) =>
        _reasons.TryGetValue(place.Artifact, out var reason) ? reason : !_hasBegun && place.Tier is StorageTier.Disk ? Found : Unsaid;

    /// <summary>An artifact at a tier; at the device tier in one sandbox.</summary>
    internal readonly record struct Place(ArtifactName Artifact, StorageTier Tier, TrustDomain? TrustDomain);

    private readonly record struct Note(long Since, string Reason);
}
