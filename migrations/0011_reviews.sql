-- Reviews belong to a production. One per account: the constraint says so, whoever asks at once.
CREATE TABLE reviews (
    id uuid PRIMARY KEY,
    production_id uuid NOT NULL,
    -- What its author saw, and the order that shows it.
    performance_id uuid NOT NULL,
    order_id uuid NOT NULL,
    author_id uuid NOT NULL,
    rating integer NOT NULL CHECK (rating BETWEEN 1 AND 5),
    title text NOT NULL,
    content text NOT NULL,
    likes bigint NOT NULL DEFAULT 0 CHECK (likes >= 0),
    -- The money of everything that its author saw went back.
    refunded boolean NOT NULL DEFAULT false,
    reply text,
    replied_at_ms bigint,
    standing text NOT NULL CHECK (standing IN ('shown', 'hidden', 'removed', 'withdrawn')),
    -- What an administrator said when it was hidden or removed, and what its author says to that.
    reason text,
    ruled_at_ms bigint,
    hidden_until_ms bigint,
    objection text,
    -- What an administrator has to look at.
    open_reports integer NOT NULL DEFAULT 0,
    is_objected boolean NOT NULL DEFAULT false,
    version bigint NOT NULL,
    created_at_ms bigint NOT NULL,
    edited_at_ms bigint,
    -- What lists are sorted by, the first first; among equals the newest first.
    by_newest bigint NOT NULL GENERATED ALWAYS AS (-created_at_ms) STORED,
    by_rating bigint NOT NULL GENERATED ALWAYS AS
        (-((rating::bigint << 48) + created_at_ms)) STORED,
    by_likes bigint NOT NULL GENERATED ALWAYS AS
        (-((least(likes, 1048575) << 42) + created_at_ms)) STORED,
    CONSTRAINT reviews_one_each UNIQUE (production_id, author_id)
);
CREATE INDEX reviews_newest ON reviews (production_id, by_newest, id) WHERE standing = 'shown';
CREATE INDEX reviews_rating ON reviews (production_id, by_rating, id) WHERE standing = 'shown';
CREATE INDEX reviews_likes ON reviews (production_id, by_likes, id) WHERE standing = 'shown';
CREATE INDEX reviews_author ON reviews (author_id, id);
CREATE INDEX reviews_to_show ON reviews (hidden_until_ms) WHERE standing = 'hidden';
CREATE INDEX reviews_attention ON reviews (created_at_ms, id) WHERE open_reports > 0 OR is_objected;

-- Title and content, folded, and every two characters that follow each other in it. Apart, because
-- each like writes the row of its review anew, and its index would take all pairs again.
CREATE TABLE review_texts (
    review_id uuid PRIMARY KEY REFERENCES reviews ON DELETE CASCADE,
    production_id uuid NOT NULL,
    searched text NOT NULL,
    bigrams bigint[] NOT NULL
);
CREATE INDEX review_texts_search ON review_texts USING gin (bigrams);

-- What the shown reviews of a production add up to, changed in the transaction that changes them; the
-- version rises with every change of what a list of them shows.
CREATE TABLE production_ratings (
    production_id uuid PRIMARY KEY,
    stars bigint NOT NULL,
    reviews bigint NOT NULL,
    version bigint NOT NULL
);

CREATE TABLE review_likes (
    review_id uuid NOT NULL REFERENCES reviews ON DELETE CASCADE,
    account_id uuid NOT NULL,
    PRIMARY KEY (review_id, account_id)
);
CREATE INDEX review_likes_account ON review_likes (account_id);

CREATE TABLE review_reports (
    review_id uuid NOT NULL REFERENCES reviews ON DELETE CASCADE,
    account_id uuid NOT NULL,
    reason text NOT NULL,
    at_ms bigint NOT NULL,
    PRIMARY KEY (review_id, account_id)
);

-- Likes a review, or does not like it any more, in one round trip; a repeat changes nothing. Answers
-- how many like it, and the production's version where something changed; no row where the review is
-- not shown. A like is no event, and no version of the review: hundreds of one review would wait for
-- one another behind the relay. Lock order everywhere: order, review, rating.
CREATE FUNCTION like_review(p_review uuid, p_account uuid, p_likes boolean)
RETURNS TABLE (o_likes bigint, o_production uuid, o_version bigint) LANGUAGE plpgsql AS $$
BEGIN
    SELECT likes, production_id INTO o_likes, o_production FROM reviews
        WHERE id = p_review AND standing = 'shown' FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    IF p_likes THEN
        INSERT INTO review_likes (review_id, account_id) VALUES (p_review, p_account)
            ON CONFLICT DO NOTHING;
    ELSE
        DELETE FROM review_likes WHERE review_id = p_review AND account_id = p_account;
    END IF;
    IF FOUND THEN
        UPDATE reviews SET likes = likes + CASE WHEN p_likes THEN 1 ELSE -1 END
            WHERE id = p_review RETURNING likes INTO o_likes;
        UPDATE production_ratings SET version = version + 1
            WHERE production_id = o_production RETURNING version INTO o_version;
    END IF;
    RETURN NEXT;
END $$;
