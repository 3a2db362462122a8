namespace LoraFaaS.Engine.Weights;

/// <summary>Refuses a manifest that does not describe one whole backbone inside its image. A sandbox trusts nobody's offsets.</summary>
internal static class BackboneCheck
{
    /// <summary>Far above any published size, far below where products of two overflow.</summary>
    private const int MaxSize = 1 << 24;

    public static void Verify(BackboneManifest manifest, in ImageHeader header)
    {
        if (manifest.Shape is null || manifest.Tensors is null)
        {
            throw new InvalidImageException("The manifest lacks its shape or its tensors.");
        }

        VerifyShape(manifest.Shape);
        var tensors = new Dictionary<string, PackedTensor>(StringComparer.Ordinal);
        foreach (var tensor in manifest.Tensors)
        {
            if (tensor?.Name is null || !tensors.TryAdd(tensor.Name, tensor))
            {
                throw new InvalidImageException($"Tensor '{tensor?.Name}' is nameless or there twice.");
            }
        }

        var known = 0;
        foreach (var slot in BackboneSlots.Of(manifest.Shape))
        {
            if (tensors.TryGetValue(slot.Name, out var tensor))
            {
                VerifyTensor(tensor, slot, header);
                known++;
            }
            else if (!slot.Optional)
            {
                throw new InvalidImageException($"Tensor '{slot.Name}' is missing.");
            }
        }

        if (known != tensors.Count)
        {
            throw new InvalidImageException("The manifest names tensors that no backbone of its shape has.");
        }
    }

    private static void VerifyShape(BackboneShape shape)
    {
        ReadOnlySpan<int> sizes =
        [
            shape.Vocabulary, shape.Hidden, shape.Intermediate, shape.Layers, shape.Heads,
            shape.KvHeads, shape.HeadDim, shape.MaxPositions,
        ];
        foreach (var size in sizes)
        {
            if (size is <= 0 or > MaxSize)
            {
                throw new InvalidImageException($"A size of {size} in the shape is out of range.");
            }
        }

        if (shape.Layers > 1024 || shape.Heads > 4096 || shape.HeadDim > 1024 || shape.Heads % shape.KvHeads != 0)
        {
            throw new InvalidImageException("The shape's layers, heads or head size are out of range.");
        }

        // A line of bf16 panels is a pair of columns.
        if (shape.Hidden % 2 != 0 || shape.Intermediate % 2 != 0 || shape.HeadDim % 2 != 0)
        {
            throw new InvalidImageException("Hidden, intermediate and head sizes must be even.");
        }

        if (!(shape.NormEpsilon >= 0) || !double.IsFinite(shape.RopeTheta) || shape.RopeTheta <= 0)
        {
            throw new InvalidImageException("The shape's norm epsilon or rotary base is not a usable number.");
        }

        if (shape.RopeScaling is { } scaling
            && (!Enum.IsDefined(scaling.Kind) || !(scaling.Factor > 0) || !float.IsFinite(scaling.Factor) || scaling.OriginalMaxPositions < 0))
        {
            throw new InvalidImageException("The shape's rotary scaling is not usable.");
        }
    }

    private static void VerifyTensor(PackedTensor tensor, in BackboneSlot slot, in ImageHeader header)
    {
        if (tensor.Rows != slot.Rows || tensor.Columns != slot.Columns)
        {
            throw new InvalidImageException($"Tensor '{slot.Name}' is [{tensor.Rows}, {tensor.Columns}]; the shape asks for [{slot.Rows}, {slot.Columns}].");
        }

        var layout = slot.IsVector || slot.IsTable ? TensorLayout.Rows : TensorLayout.Panels;
        if (tensor.Layout != layout || !Enum.IsDefined(tensor.Dtype) || (slot.IsVector && tensor.Dtype is not PackedDtype.F32))
        {
            throw new InvalidImageException($"Tensor '{slot.Name}' has layout {tensor.Layout} and type {tensor.Dtype}, which do not suit it.");
        }

        var isGrouped = tensor.Dtype is PackedDtype.I8;
        if (isGrouped ? tensor.Layout is not TensorLayout.Panels || !GroupLayout.IsGroup(tensor.Group) : tensor.Group != 0)
        {
            throw new InvalidImageException($"Tensor '{slot.Name}' of type {tensor.Dtype} in layout {tensor.Layout} has groups of {tensor.Group} columns.");
        }

        if (tensor.Offset % BackboneImage.VectorAlignment != 0 || !header.Holds(tensor.Offset, tensor.Bytes()))
        {
            throw new InvalidImageException($"Tensor '{slot.Name}' at {tensor.Offset} is not aligned, or reaches outside the image.");
        }
    }
}
