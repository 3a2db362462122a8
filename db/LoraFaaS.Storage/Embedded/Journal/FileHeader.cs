namespace LoraFaaS.Storage.Embedded.Journal;

/// <summary>
/// Who a file belongs to and where it stands: <c>Sequence</c> is the number of entries ever written before this journal begins,
/// or that this snapshot stands for.
/// </summary>
internal sealed record FileHeader(string Store, string Kind, int Format, long Generation, long Sequence)
{
    public const int CurrentFormat = 1;
    public const string Journal = "journal";
    public const string Snapshot = "snapshot";
}
