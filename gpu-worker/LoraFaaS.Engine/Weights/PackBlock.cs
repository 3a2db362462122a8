namespace LoraFaaS.Engine.Weights;

/// <summary>A stretch of one file that is read at once, and what of the image is made of it.</summary>
/// <param name="File">Its number among the checkpoint's files.</param>
internal sealed record PackBlock(int File, long Start, long End, IReadOnlyList<PackPiece> Pieces)
{
    /// <summary>The whole file from its first byte to its last, cut between pieces.</summary>
    /// <param name="most">Bytes of a block, about.</param>
    /// <exception cref="EndOfStreamException">The file ends before a piece does.</exception>
    public static IEnumerable<PackBlock> Of(int file, long length, int most, IEnumerable<PackPiece> pieces)
    {
        var (start, end) = (0L, 0L);
        var taken = new List<PackPiece>();
        foreach (var piece in pieces.OrderBy(piece => piece.Start).ThenBy(piece => piece.End))
        {
            // Two tensors of an image may be made of one of the file (tied embeddings): their pieces lie in one block.
            if (piece.Start >= end && piece.End - start > most)
            {
                foreach (var block in Cut(file, start, end, piece.Start, most, taken))
                {
                    yield return block;
                }

                (start, taken) = (piece.Start, []);
            }

            taken.Add(piece);
            end = Math.Max(end, piece.End);
            if (end > length)
            {
                throw new EndOfStreamException("The file was cut short since it was opened.");
            }
        }

        foreach (var block in Cut(file, start, end, length, most, taken))
        {
            yield return block;
        }
    }

    /// <summary>One block with all the pieces, which end at <paramref name="end"/>, and more without any if what follows them is long.</summary>
    private static IEnumerable<PackBlock> Cut(int file, long start, long end, long stop, int most, IReadOnlyList<PackPiece> pieces)
    {
        for (var at = start; at < stop;)
        {
            var next = Math.Min(stop, Math.Max(at + most, at == start ? end : 0));
            yield return new PackBlock(file, at, next, at == start ? pieces : []);
            at = next;
        }
    }
}
