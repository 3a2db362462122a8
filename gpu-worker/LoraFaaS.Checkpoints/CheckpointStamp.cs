using System.Text;

namespace LoraFaaS.Checkpoints;

/// <summary>
/// What the file system says of a checkpoint's files: a <see cref="FileStamp"/> of each. Two equal stamps mean the same content, once the newest of their times of change is past.
/// </summary>
/// <param name="Text">One line a file of <see cref="CheckpointFiles.In"/>.</param>
/// <param name="Newest">When the last of them was changed, by the file system's clock.</param>
public sealed record CheckpointStamp(string Text, DateTimeOffset Newest)
{
    /// <summary>Null: the folder cannot be read, or holds no checkpoint file.</summary>
    public static CheckpointStamp? Of(string folder)
    {
        var text = new StringBuilder();
        var newest = DateTimeOffset.MinValue;

        try
        {
            foreach (var name in CheckpointFiles.In(folder))
            {
                if (FileStamp.Of(Path.Combine(folder, name)) is not { } file)
                {
                    return null;
                }

                text.Append(name).Append(' ').Append(file.Text).Append('\n');
                newest = file.Changed > newest ? file.Changed : newest;
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        return text.Length > 0 ? new CheckpointStamp(text.ToString(), newest) : null;
    }
}
